/** Exact weights of models whose layers have windows, caps and angles of their own. */
import { expect, it } from 'vitest';
import { createGpuModel } from '../engine/gpu-model';
import { testGpu } from '../engine/test-gpu';
import { GREEDY, runToEnd, smallCheckpoint, testStrategy } from '../engine/testing';
import { layerWindow } from '../model/config';
import { lookUp, randomStream } from '../reference/random-model';
import { DENSE, forward, type ReferenceStrategy } from '../reference/transformer';
import { attentionTile } from './attention-tile';
import { massRecall } from './mass-recall';

const PROMPT = 60;
/** All shaders of a model, on a busy machine without a GPU, in milliseconds. */
const COMPILING = 180_000;
const POLICIES: ReferenceStrategy[] = [
  { ...DENSE, temperature: 0.7 },
  { ...DENSE, sinks: 3, recent: 26, positions: 'reindexed' },
];

it.each(['gemma 2', 'gemma 3'])(
  '%s: every weight of every layer',
  async (name) => {
    const { checkpoint, weights } = await smallCheckpoint(name);
    const { config } = checkpoint;
    const model = await createGpuModel(await testGpu(), checkpoint, 'f32');
    const next = randomStream(8);
    const ids = Array.from({ length: PROMPT }, () => Math.floor(Math.abs(next()) * 61));
    for (const policy of POLICIES) {
      const { temperature, maskedHeads, ...cache } = policy;
      const run = await runToEnd(model, {
        ids,
        strategy: testStrategy(cache, { temperature, maskedHeads }),
        sampling: GREEDY,
        maxTokens: 5,
        inspect: true,
      });
      const tokens = run.processed;
      const all = [...ids, ...run.generated].slice(0, tokens);
      const { attention } = forward(config, lookUp(weights), all, policy);
      const kept = (query: number, key: number) =>
        key < policy.sinks || query - key < policy.recent;
      const computed = new Uint32Array(config.layers);
      for (let layer = 0; layer < config.layers; layer++) {
        const window = layerWindow(config, layer);
        const tile = await attentionTile(model, run, {
          layer,
          head: 4,
          queries: [0, tokens],
          keys: [0, tokens],
          rows: tokens,
          columns: tokens,
          pooling: 'max',
        });
        const expected = attention[layer][4].flatMap((row, query) =>
          [...row].map((weight, key) => {
            if (key > query) return -1;
            if (!kept(query, key)) return -2;
            // What the cache need not keep is evicted, page by page; re-indexed, the policy decides.
            if (query - key >= window) return policy.positions === 'original' ? -2 : -3;
            if (query < PROMPT) computed[layer]++;
            return weight;
          }),
        );
        expect(
          Math.max(...expected.map((value, i) => Math.abs(value - tile.weights[i]))),
        ).toBeLessThan(1e-5);
      }
      const counts = await run.counts();
      const pairs = Array.from({ length: config.layers }, (_, layer) => {
        return counts[(layer * config.heads + 4) * 2];
      });
      expect(pairs).toEqual([...computed]);
      if (policy.positions === 'original') {
        // Nothing that the model itself would see was left out.
        const { prompt, decode } = await massRecall(model, run);
        for (const recall of [...prompt, ...decode]) expect(recall).toBeCloseTo(1, 5);
        expect(run.firstEviction).toBeNull();
        const { slots } = run.cache.state();
        const held = config.kvHeads * config.layers;
        expect([...slots]).toEqual(
          Array.from({ length: held }, (_, head) =>
            Math.min(tokens, layerWindow(config, Math.floor(head / config.kvHeads))),
          ),
        );
      }
      run.destroy();
    }
    model.destroy();
  },
  COMPILING,
);
