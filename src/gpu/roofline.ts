import copyCode from '../../shaders/roofline/copy.wgsl?raw';
import multiplyAddCode from '../../shaders/roofline/multiply-add.wgsl?raw';
import { BufferSet, withMemoryCheck } from './buffers';

/** What an adapter can do at best. */
export interface Roofline {
  /** Bytes read and written in a second while a buffer is copied. */
  bytesPerSecond: number;
  /** f32 operations in a second, a multiplication with an addition being two. */
  flopsPerSecond: number;
}

/** More than the caches of most GPUs hold: the speed of the memory counts, not theirs. */
const COPIED_BYTES = 64 * 2 ** 20;
/** vec4 that a workgroup of the copy moves. */
const COPY_GROUP = 1024;
const ROUNDS = 128;
const FLOPS_PER_GROUP = 256 * 64 * ROUNDS;
const MOST_GROUPS = 65535;
/** A submission of this time hides what submitting costs, and is short enough for a browser and for Stop. */
const TARGET_MS = 40;
const TRIES = 4;

/**
 * Measures the adapter for a few hundred milliseconds: the best of several tries each.
 * @throws TroubleError `out-of-memory`
 */
export async function measureRoofline(device: GPUDevice): Promise<Roofline> {
  const { limits } = device;
  const bytes = Math.min(
    COPIED_BYTES,
    2 ** Math.floor(Math.log2(limits.maxStorageBufferBindingSize)),
  );
  const buffers = new BufferSet(device, 'Roofline');
  const made = await withMemoryCheck(device, 'the buffers of the roofline', () => ({
    source: buffers.storage('source', bytes),
    destination: buffers.storage('destination', bytes),
    numbers: buffers.storage('numbers', 256 * 16),
    destroy: () => buffers.destroy(),
  }));
  try {
    const copy = await probe(device, copyCode, [made.source, made.destination]);
    const copyGroups = bytes / 16 / COPY_GROUP;
    const bytesPerSecond = await bestRate(device, (pass, times) => {
      copy(pass);
      for (let i = 0; i < times; i++) pass.dispatchWorkgroups(copyGroups);
      return times * 2 * bytes;
    });
    const multiplyAdd = await probe(device, multiplyAddCode, [made.numbers], { ROUNDS });
    const flopsPerSecond = await bestRate(device, (pass, times) => {
      multiplyAdd(pass);
      for (let left = times; left > 0; left -= MOST_GROUPS) {
        pass.dispatchWorkgroups(Math.min(left, MOST_GROUPS));
      }
      return times * FLOPS_PER_GROUP;
    });
    return { bytesPerSecond, flopsPerSecond };
  } finally {
    made.destroy();
  }
}

async function probe(
  device: GPUDevice,
  code: string,
  buffers: GPUBuffer[],
  constants: Record<string, number> = {},
): Promise<(pass: GPUComputePassEncoder) => void> {
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }), entryPoint: 'main', constants },
  });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  return (pass) => {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
  };
}

/**
 * Lets the work grow until a submission takes the target's time, then takes the best of several.
 * @param record records the work so many times, and tells how much that is
 * @returns work a second
 */
async function bestRate(
  device: GPUDevice,
  record: (pass: GPUComputePassEncoder, times: number) => number,
): Promise<number> {
  async function submit(times: number): Promise<{ work: number; ms: number }> {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    const work = record(pass, times);
    pass.end();
    const begun = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return { work, ms: performance.now() - begun };
  }
  let times = 1;
  // The very first submission may pay for things that later ones find done.
  await submit(times);
  let tried = await submit(times);
  while (tried.ms < TARGET_MS / 2) {
    times = Math.ceil(times * Math.min(8, Math.max(2, TARGET_MS / tried.ms)));
    tried = await submit(times);
  }
  let best = tried.work / tried.ms;
  for (let i = 0; i < TRIES; i++) {
    const { work, ms } = await submit(times);
    best = Math.max(best, work / ms);
  }
  return best * 1000;
}
