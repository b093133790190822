import { expect, it } from 'vitest';
import { create, globals } from 'webgpu';
import { createGpuModel } from '../engine/gpu-model';
import { GREEDY, randomCheckpoint, runToEnd, testConfig, testStrategy } from '../engine/testing';
import { acquireGpu } from '../gpu/device';
import { attentionTile } from './attention-tile';
import { headStatistics, strongestKeys } from './head-statistics';
import { sinkReport } from './sink-report';
import { tokenCurves } from './token-curves';

// Kept for the whole file: Dawn aborts the process when its instance is collected.
const dawn = create(['backend=null']);

it('every measurement of heads is valid in f16, on a backend that computes nothing', async () => {
  Object.assign(globalThis, globals);
  const gpu = await acquireGpu(dawn);
  const errors: string[] = [];
  gpu.device.addEventListener('uncapturederror', (event) => errors.push(event.error.message));
  const { checkpoint } = randomCheckpoint(testConfig(), 1);
  const model = await createGpuModel(gpu, checkpoint, 'f16');
  for (const positions of ['original', 'reindexed'] as const) {
    const run = await runToEnd(model, {
      ids: [1, 2, 3, 4, 5],
      strategy: testStrategy({ sinks: 1, recent: 4, positions }),
      sampling: GREEDY,
      maxTokens: 4,
      inspect: true,
    });
    await attentionTile(model, run, {
      layer: 'mean',
      head: 'max',
      queries: [0, 8],
      keys: [0, 8],
      rows: 8,
      columns: 8,
      pooling: 'max',
    });
    await headStatistics(model, run, 5);
    await strongestKeys(model, run, { first: 4, count: 4 });
    await sinkReport(model, run);
    await tokenCurves(model, run);
    run.destroy();
  }
  model.destroy();
  expect(errors).toEqual([]);
});
