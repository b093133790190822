import { expect, it } from 'vitest';
import { create, globals } from 'webgpu';
import { acquireGpu } from '../gpu/device';
import { SMALL_MODELS } from '../model/families/testing';
import { createGpuModel } from './gpu-model';
import { Run } from './run';
import { GREEDY, randomCheckpoint, smallCheckpoint, testConfig, testStrategy } from './testing';

/**
 * No adapter of the test machines offers shader-f16. Dawn's null backend does: it checks every shader,
 * layout and bind group as a real one would, and computes nothing.
 */
// Kept for the whole file: Dawn aborts the process when its instance is collected.
const dawn = create(['backend=null']);

async function halfDevice() {
  Object.assign(globalThis, globals);
  const gpu = await acquireGpu(dawn);
  expect(gpu.halfPrecision).toBe(true);
  const errors: string[] = [];
  gpu.device.addEventListener('uncapturederror', (event) => errors.push(event.error.message));
  return { gpu, errors };
}

it('every shader and bind group is valid in f16', async () => {
  const { gpu, errors } = await halfDevice();
  const config = testConfig({ hiddenSize: 37, tiedEmbeddings: false });
  const { checkpoint } = randomCheckpoint(config, 1);
  const model = await createGpuModel(gpu, checkpoint, 'f16');
  for (const positions of ['original', 'reindexed'] as const) {
    const run = await Run.create(model, {
      ids: [1, 2, 3],
      strategy: testStrategy({ sinks: 1, recent: 4, positions }),
      sampling: GREEDY,
      maxTokens: 20,
      inspect: true,
    });
    await run.readChunk();
    for (let i = 0; i < 18; i++) await run.decodeToken();
    run.destroy();
  }
  expect(errors).toEqual([]);
});

it.each(Object.keys(SMALL_MODELS))('%s is valid in f16, its matrices in parts', async (name) => {
  const { gpu, errors } = await halfDevice();
  const { checkpoint } = await smallCheckpoint(name);
  const model = await createGpuModel(gpu, checkpoint, 'f16', { largestBinding: 64 * 28 * 2 });
  const run = await Run.create(model, {
    ids: [1, 2, 3],
    strategy: testStrategy(),
    sampling: GREEDY,
    maxTokens: 3,
    inspect: true,
    surprisal: true,
  });
  await run.readChunk();
  await run.decodeToken();
  run.destroy();
  expect(errors).toEqual([]);
});
