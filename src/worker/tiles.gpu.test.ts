import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GpuModel } from '../engine/gpu-model';
import type { Run } from '../engine/run';
import { GREEDY, randomModel, runToEnd, testConfig, testStrategy } from '../engine/testing';
import { attentionTile } from '../probes/attention-tile';
import type { TileRequest } from './protocol';
import { Tiles } from './tiles';

const TOKENS = 40;
const REQUEST: TileRequest = {
  layer: 1,
  head: 'max',
  queries: [3, TOKENS],
  keys: [0, TOKENS],
  rows: TOKENS - 3,
  columns: TOKENS,
  pooling: 'max',
};

let model: GpuModel;
let runs: { run: Run; compared: Run };
let tiles: Tiles;

beforeAll(async () => {
  ({ model } = await randomModel(testConfig({ headDim: 4, hiddenSize: 8 }), 9));
  const under = (strategy: ReturnType<typeof testStrategy>) =>
    runToEnd(model, {
      ids: Array.from({ length: TOKENS }, (_, i) => (i * 7) % 61),
      strategy,
      sampling: GREEDY,
      maxTokens: 0,
      inspect: true,
    });
  runs = {
    run: await under(testStrategy()),
    compared: await under(testStrategy({ sinks: 1, recent: 9 })),
  };
  tiles = new Tiles(async (of) => ({ model, run: runs[of] }));
}, 240_000);

afterAll(() => {
  runs.run.destroy();
  runs.compared.destroy();
  model.destroy();
});

it('gives the weights of either run, or of both for their difference', async () => {
  const first = await attentionTile(model, runs.run, REQUEST);
  const second = await attentionTile(model, runs.compared, REQUEST);
  expect(second.weights).not.toEqual(first.weights);

  expect((await tiles.compute(REQUEST))?.weights).toEqual(first.weights);
  expect((await tiles.compute({ ...REQUEST, of: 'compared' }))?.weights).toEqual(second.weights);
  const both = await tiles.compute({ ...REQUEST, of: 'difference' });
  expect(both).toMatchObject({ exact: true, weights: first.weights, compared: second.weights });
});

it('gives up what is cancelled or asked for anew, and nothing of another channel', async () => {
  const cancelled = tiles.compute(REQUEST, 'map');
  const kept = tiles.compute(REQUEST, 'row');
  tiles.cancel('map');
  expect(await cancelled).toBeNull();
  expect(await kept).not.toBeNull();

  const older = tiles.compute(REQUEST, 'map');
  const newer = tiles.compute({ ...REQUEST, head: 0 }, 'map');
  expect(await older).toBeNull();
  expect((await newer)?.request.head).toBe(0);
});
