import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { GpuModel } from '../engine/gpu-model';
import type { Run } from '../engine/run';
import { GREEDY, randomModel, runToEnd, testConfig } from '../engine/testing';
import { HOLES, referenceTile } from '../reference/analysis/tile';
import { randomStream } from '../reference/random-model';
import { buildStrategy } from '../strategies/build';
import { choiceFrom } from '../strategies/presets';
import { attentionTile } from './attention-tile';
import type { Aggregate, TileSpec } from './tile-plan';

const CONFIG = testConfig({ layers: 3, heads: 8, kvHeads: 4, headDim: 32, hiddenSize: 28 });
const { layers, heads } = CONFIG;
const PROMPT = 131;
const NEW_TOKENS = 7;

let model: GpuModel;
let run: Run;
let tokens: number;
/** [layer][head]: every pair of the text; `probes.gpu.test.ts` holds these against the reference model. */
let maps: Float32Array[][];

/** Heads that left out other pairs each while the prompt was read, and evicted other keys each at its end. */
beforeAll(async () => {
  ({ model } = await randomModel(CONFIG, 33));
  const next = randomStream(34);
  const ids = Array.from({ length: PROMPT }, () => Math.floor(Math.abs(next()) * 61));
  const choice = choiceFrom('dense', [
    'prefill=strided-shards',
    'prefill.local=1',
    'prefill.stride=16',
    'cache=snapkv',
    'cache.budget=40',
    'cache.window=8',
  ]);
  run = await runToEnd(model, {
    ids,
    strategy: buildStrategy(choice, CONFIG, null),
    sampling: GREEDY,
    maxTokens: NEW_TOKENS,
    chunk: 32,
    inspect: true,
  });
  tokens = run.processed;
  const all: [number, number] = [0, tokens];
  const part = { queries: all, keys: all, rows: tokens, columns: tokens, pooling: 'max' } as const;
  maps = [];
  for (let layer = 0; layer < layers; layer++) {
    maps.push([]);
    for (let head = 0; head < heads; head++) {
      const { weights } = await attentionTile(model, run, { ...part, layer, head });
      expect(Math.max(...weights)).toBeLessThanOrEqual(1 + 1e-5);
      maps[layer].push(weights);
    }
  }
}, 240_000);

afterAll(() => {
  run.destroy();
  model.destroy();
});

const indices = (choice: number | Aggregate, count: number) =>
  typeof choice === 'number' ? [choice] : Array.from({ length: count }, (_, index) => index);
const merging = (choice: number | Aggregate) => (typeof choice === 'number' ? 'max' : choice);

async function check(spec: TileSpec) {
  const tile = await attentionTile(model, run, spec);
  const expected = referenceTile(
    {
      layers: indices(spec.layer, layers),
      heads: indices(spec.head, heads),
      overLayers: merging(spec.layer),
      overHeads: merging(spec.head),
      queries: spec.queries,
      keys: spec.keys,
      rows: spec.rows,
      columns: spec.columns,
      pooling: spec.pooling,
    },
    (layer, head, query, key) => maps[layer][head][query * tokens + key],
  ).flat();
  expect(tile.weights).toHaveLength(expected.length);
  for (const [cell, value] of expected.entries()) {
    const found = tile.weights[cell];
    if (!(Math.abs(found - value) <= 1e-6)) {
      const [row, column] = [Math.floor(cell / spec.columns), cell % spec.columns];
      throw new Error(`row ${row}, column ${column}: expected ${value}, found ${found}`);
    }
  }
  return { tile, holes: expected.filter((value) => value < 0) };
}

describe('merged heads equal the merge of single ones', () => {
  const choices: [layer: number | Aggregate, head: number | Aggregate][] = [
    [1, 'mean'],
    [2, 'max'],
    ['mean', 3],
    ['max', 0],
    ['mean', 'max'],
    ['max', 'mean'],
    ['mean', 'mean'],
    ['max', 'max'],
  ];
  it.each(choices)('layer %s, head %s', async (layer, head) => {
    const exact = { layer, head, queries: [60, 137], keys: [0, 137], rows: 77, columns: 137 };
    const { tile, holes } = await check({ ...exact, pooling: 'max' } as TileSpec);
    expect(tile.exact).toBe(true);
    expect(new Set(holes)).toEqual(new Set(Object.values(HOLES)));
  });

  it.each(['max', 'mean'] as const)(
    'pooled by %s, in bands of four rows and of one',
    async (pooling) => {
      const part = {
        layer: 'mean',
        head: 'max',
        queries: [5, 137],
        keys: [3, 120],
        pooling,
      } as const;
      // Three queries a cell at most, then 17.
      await check({ ...part, queries: [5, 137], keys: [3, 120], rows: 50, columns: 65 });
      await check({ ...part, queries: [5, 137], keys: [3, 120], rows: 8, columns: 3 });
      await check({
        ...part,
        layer: 0,
        head: 1,
        queries: [0, 137],
        keys: [0, 137],
        rows: 1,
        columns: 137,
      });
    },
  );
});

it('a tile of several submissions is the same, and can be given up between them', async () => {
  const all: [number, number] = [0, tokens];
  const spec: TileSpec = {
    layer: 'max',
    head: 'mean',
    queries: all,
    keys: all,
    rows: tokens,
    columns: tokens,
    pooling: 'max',
  };
  const submit = vi.spyOn(model.device.queue, 'submit');
  await check(spec);
  // The last one reads the cells back.
  expect(submit.mock.calls.length).toBeGreaterThan(2);
  submit.mockClear();
  let asked = 0;
  expect(await attentionTile(model, run, spec, () => ++asked === 2)).toBeNull();
  expect(submit).toHaveBeenCalledTimes(1);
  submit.mockRestore();
});

it('samples keep the newest query and the first key of a cell', async () => {
  const spec: TileSpec = {
    layer: 0,
    head: 0,
    queries: [127, 137],
    keys: [0, 128],
    rows: 1,
    columns: 4,
    pooling: 'max',
    mostWeights: 8,
  };
  const tile = await attentionTile(model, run, spec);
  expect(tile).toMatchObject({ exact: false, sampledQueries: 1, sampledKeys: 2 });
  const weight = (key: number) => maps[0][0][136 * tokens + key];
  const expected = [0, 32, 64, 96].map((key) => Math.max(weight(key), weight(key + 16)));
  expect(Array.from(tile.weights)).toEqual(expected);
});
