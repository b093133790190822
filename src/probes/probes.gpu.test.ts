import { afterEach, describe, expect, it } from 'vitest';
import type { GpuModel } from '../engine/gpu-model';
import { NEVER_EVICTED } from '../engine/inspection';
import type { Run } from '../engine/run';
import { GREEDY, randomModel, runToEnd, testConfig, testStrategy } from '../engine/testing';
import { readBack } from '../gpu/read-back';
import { lookUp, randomStream } from '../reference/random-model';
import { DENSE, forward, type ReferenceStrategy } from '../reference/transformer';
import { attentionTile } from './attention-tile';
import { headsAt } from './heads-at';

const POLICIES: { name: string; policy: ReferenceStrategy }[] = [
  { name: 'dense', policy: DENSE },
  { name: 'window', policy: { ...DENSE, recent: 23 } },
  { name: 'sinks + recent', policy: { ...DENSE, sinks: 3, recent: 18, positions: 'reindexed' } },
  { name: 'temperature', policy: { ...DENSE, temperature: 0.6 } },
];
const PROMPT = 75;

describe('probes agree with the reference', () => {
  let run: Run;
  let model: GpuModel;
  afterEach(() => {
    run.destroy();
    model.destroy();
  });

  for (const { name, policy } of POLICIES) {
    it(name, async () => {
      const config = testConfig({ heads: 8, kvHeads: 1, headDim: 12, hiddenSize: 30 });
      const made = await randomModel(config, 21);
      model = made.model;
      const next = randomStream(4);
      const ids = Array.from({ length: PROMPT }, () =>
        Math.floor(Math.abs(next()) * config.vocabSize),
      );
      const { temperature, maskedHeads, ...cache } = policy;
      run = await runToEnd(model, {
        ids,
        strategy: testStrategy(cache, { temperature, maskedHeads }),
        sampling: GREEDY,
        maxTokens: 12,
        inspect: true,
      });
      const tokens = run.processed;
      const all = [...ids, ...run.generated].slice(0, tokens);
      const { attention, logSumExp } = forward(config, lookUp(made.weights), all, policy);
      const { layers, heads } = config;
      const seen = (query: number, key: number) =>
        key < policy.sinks || query - key < policy.recent;

      // Every single weight, prompt (chunks) and generated tokens (decode) alike.
      for (const [layer, head] of [
        [0, 0],
        [0, 5],
        [1, 7],
      ]) {
        const tile = await attentionTile(model, run, {
          layer,
          head,
          queries: [0, tokens],
          keys: [0, tokens],
          rows: tokens,
          columns: tokens,
          pooling: 'max',
        });
        expect(tile.exact).toBe(true);
        for (let query = 0; query < tokens; query++) {
          for (let key = 0; key < tokens; key++) {
            const expected =
              key > query ? -1 : seen(query, key) ? attention[layer][head][query][key] : -2;
            const found = tile.weights[query * tokens + key];
            if (Math.abs(found - expected) > 1e-5) {
              throw new Error(
                `${layer}.${head} ${query} → ${key}: expected ${expected}, found ${found}`,
              );
            }
          }
        }
      }

      // Pooled cells of uneven size, over a part of the map.
      for (const pooling of ['max', 'mean'] as const) {
        const [from, to, left, right] = [11, 80, 5, 72];
        const [rows, columns] = [7, 9];
        const tile = await attentionTile(model, run, {
          layer: 1,
          head: 2,
          queries: [from, to],
          keys: [left, right],
          rows,
          columns,
          pooling,
        });
        expect(tile.exact).toBe(false);
        expect(tile.sampledQueries).toBe(10);
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++) {
            const weights: number[] = [];
            let evicted = false;
            const border = (start: number, length: number, i: number, parts: number) =>
              start + Math.floor((length * i) / parts);
            for (
              let query = border(from, to - from, row, rows);
              query < border(from, to - from, row + 1, rows);
              query++
            ) {
              for (
                let key = border(left, right - left, column, columns);
                key < border(left, right - left, column + 1, columns);
                key++
              ) {
                if (key > query) continue;
                if (seen(query, key)) weights.push(attention[1][2][query][key]);
                else evicted = true;
              }
            }
            const sum = weights.reduce((total, weight) => total + weight, 0);
            const pooled = pooling === 'max' ? Math.max(...weights) : sum / weights.length;
            const expected = weights.length > 0 ? pooled : evicted ? -2 : -1;
            expect(tile.weights[row * columns + column]).toBeCloseTo(expected, 5);
          }
        }
      }

      const inspection = run.inspection;
      if (!inspection) throw new Error('The run kept nothing.');
      const lse = new Float32Array(
        await readBack(model.device, inspection.lse, layers * heads * inspection.capacity * 4),
      );
      const evictedAt = new Uint32Array(
        await readBack(model.device, inspection.evictedAt, inspection.capacity * 4),
      );
      for (let query = 0; query < tokens; query++) {
        expect(lse[(heads + 3) * inspection.capacity + query]).toBeCloseTo(
          logSumExp[1][3][query],
          4,
        );
        const gone = query < policy.sinks || query + policy.recent >= tokens;
        expect(evictedAt[query]).toBe(gone ? NEVER_EVICTED : query + policy.recent);
      }

      const { weights: scores } = await headsAt(model, run, { key: 0, queries: [0, PROMPT] });
      for (let layer = 0; layer < layers; layer++) {
        for (let head = 0; head < heads; head++) {
          const rows = attention[layer][head].slice(0, PROMPT).filter((_, query) => seen(query, 0));
          const mean = rows.reduce((sum, weights) => sum + weights[0], 0) / rows.length;
          expect(scores[layer * heads + head]).toBeCloseTo(mean, 5);
        }
      }
    });
  }
});

it('samples long ranges of queries before keys, and says so', async () => {
  const config = testConfig({ layers: 1, heads: 1, kvHeads: 1, headDim: 4, hiddenSize: 8 });
  const { model } = await randomModel(config, 2);
  const ids = Array.from({ length: 3000 }, (_, i) => i % config.vocabSize);
  const run = await runToEnd(model, {
    ids,
    strategy: testStrategy(),
    sampling: GREEDY,
    maxTokens: 0,
    inspect: true,
  });
  const tile = await attentionTile(model, run, {
    layer: 0,
    head: 0,
    queries: [0, 3000],
    keys: [0, 3000],
    rows: 600,
    columns: 600,
    pooling: 'max',
  });
  expect(tile).toMatchObject({ sampledQueries: 2, sampledKeys: 5 });
  expect(tile.exact).toBe(false);
  const rows = await attentionTile(model, run, {
    layer: 0,
    head: 0,
    queries: [2500, 2501],
    keys: [0, 3000],
    rows: 1,
    columns: 3000,
    pooling: 'max',
  });
  const sum = rows.weights.reduce((total, weight) => total + Math.max(0, weight), 0);
  expect(sum).toBeCloseTo(1, 4);
  run.destroy();
  model.destroy();
});
