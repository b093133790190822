/** Every entry in f16, on a backend that checks everything and computes nothing. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { create, globals } from 'webgpu';
import type { GpuModel } from '../engine/gpu-model';
import { createGpuModel } from '../engine/gpu-model';
import { Run } from '../engine/run';
import { GREEDY, randomCheckpoint, testConfig } from '../engine/testing';
import { acquireGpu } from '../gpu/device';
import { buildStrategy } from './build';
import type { Oracle } from './oracle';
import { PRESETS } from './presets';
import { REGISTRY } from './registry';
import { AXES, completeValues, type Entry } from './schema';

const FILES = import.meta.glob<{ oracle: Oracle }>('./*/*.oracle.ts', { eager: true });
const CONFIG = testConfig({ layers: 3, heads: 4, kvHeads: 2 });
const SHAPE = { layers: 3, heads: 4, kvHeads: 2, headDim: CONFIG.headDim };
const ENTRIES = AXES.flatMap((axis) =>
  (REGISTRY[axis] as Entry<unknown, unknown>[]).flatMap((entry) => {
    const oracle = FILES[`./${axis}/${entry.id}.oracle.ts`]?.oracle;
    return oracle ? [{ axis, entry, oracle, name: `${axis} ${entry.id}` }] : [];
  }),
);

// Kept for the whole file: Dawn aborts the process when its instance is collected.
const dawn = create(['backend=null']);
let model: GpuModel;
const errors: string[] = [];

beforeAll(async () => {
  Object.assign(globalThis, globals);
  const gpu = await acquireGpu(dawn);
  gpu.device.addEventListener('uncapturederror', (event) => errors.push(event.error.message));
  const { checkpoint } = randomCheckpoint(CONFIG, 1);
  model = await createGpuModel(gpu, checkpoint, 'f16');
});
afterAll(() => model.destroy());

describe.each(ENTRIES)('$name in f16', ({ axis, entry, oracle }) => {
  it.each([oracle.small, ...(oracle.others ?? [])])('is valid: %o', async (values) => {
    const choice = structuredClone(PRESETS[0].choice);
    choice[axis] = { id: entry.id, values: completeValues(entry.id, entry.parameters, values) };
    const calibration = oracle.calibration
      ? { model: 'random', ...oracle.calibration(SHAPE) }
      : null;
    const run = await Run.create(model, {
      ids: Array.from({ length: 40 }, (_, i) => i),
      parts: { context: 33, documents: [1, 9] },
      strategy: buildStrategy(choice, SHAPE, calibration),
      sampling: GREEDY,
      maxTokens: 5,
      inspect: true,
      chunk: 32,
    });
    while (!run.promptRead) await run.readChunk();
    for (let i = 0; i < 3; i++) await run.decodeToken();
    run.destroy();
    expect(errors).toEqual([]);
  });
});
