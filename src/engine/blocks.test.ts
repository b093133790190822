import { expect, test } from 'vitest';
import { create, globals } from 'webgpu';
import { acquireGpu } from '../gpu/device';
import { openGguf } from '../model/gguf/checkpoint';
import { memoryFiles } from '../model/memory-files';
import { TENSOR_TYPES } from '../model/tensor';
import { SMALL_MODELS } from '../reference/llama-cpp/families';
import { randomGguf } from '../reference/llama-cpp/testing';
import { createGpuModel } from './gpu-model';
import { Run } from './run';
import { GREEDY, randomCheckpoint, testConfig, testStrategy } from './testing';
import { weightBytes, weightTypes } from './weight-bytes';

// As in half-precision.test.ts: a device that checks everything and computes nothing.
const dawn = create(['backend=null']);
Object.assign(globalThis, globals);

test('kernels of blocks are valid in f16, whatever lies below each other', async () => {
  const gpu = await acquireGpu(dawn);
  const errors: string[] = [];
  gpu.device.addEventListener('uncapturederror', (event) => errors.push(event.error.message));
  // Blocks of 32 and floats, in turns from matrix to matrix.
  const types = TENSOR_TYPES.filter((type) => !type.endsWith('K'));
  const [{ architecture, metadata }] = SMALL_MODELS;
  const json = { ...SMALL_MODELS[0].json, intermediate_size: 64 };
  let next = 0;
  const made = randomGguf(
    architecture,
    json,
    { ...metadata, 'llama.feed_forward_length': ['uint32', 64] },
    () => types[next++ % types.length],
    5,
  );
  const checkpoint = await openGguf(memoryFiles({ 'm.gguf': made.file }), 'm.gguf');
  const model = await createGpuModel(gpu, checkpoint, 'f16');
  const run = await Run.create(model, {
    ids: [1, 2, 3],
    strategy: testStrategy(),
    sampling: GREEDY,
    maxTokens: 3,
    inspect: false,
  });
  await run.readChunk();
  await run.decodeToken();
  run.destroy();
  expect(errors).toEqual([]);
});

test.each([
  [null, ''],
  ['int8', 'Q8_0'],
  ['int4', 'Q4_0, Q8_0'],
] as const)('bytes planned are bytes held: %s', async (rounding, types) => {
  const gpu = await acquireGpu(dawn);
  const config = testConfig({ hiddenSize: 128, intermediateSize: 192, vocabSize: 500 });
  const { checkpoint } = randomCheckpoint(config, 1);
  for (const precision of ['f32', 'f16'] as const) {
    const model = await createGpuModel(gpu, checkpoint, precision, { rounding });
    const held = model.weights.buffers.bytes - model.ropeTable.size;
    const planned = weightBytes(checkpoint, precision, rounding);
    expect(Math.abs(planned / held - 1)).toBeLessThan(0.02);
    expect(weightTypes(checkpoint, precision, rounding)).toBe(types || precision);
  }
});
