import type { GpuModel } from '../engine/gpu-model';
import type { InspectionStore } from '../engine/inspection';
import { KERNELS } from '../engine/kernels';
import type { Run } from '../engine/run';
import { reindexes } from '../engine/strategy';
import type { BufferSet } from '../gpu/buffers';
import { countReadBack } from '../gpu/read-back';
import { TroubleError } from '../trouble';

interface ProbeCall {
  resources: Record<string, GPUBuffer>;
  /** The shader's name for what it writes. */
  output: string;
  /** f32 values in it. */
  values: number;
  workgroups: [number, number];
}

/** @throws TroubleError `bad-input` for a run that was not inspected. */
export function inspectionOf({ inspection }: Run): InspectionStore {
  if (!inspection) {
    throw new TroubleError(
      'bad-input',
      'This run kept no queries and keys to look at.',
      'Run again with inspection on.',
    );
  }
  return inspection;
}

/** What the shared file `weights.wgsl` binds. */
export function pastOf(run: Run): Record<string, GPUBuffer> {
  const { store, q, k, lse, evictedAt, records } = inspectionOf(run);
  return { store, q, k, lse, evicted_at: evictedAt, records };
}

/** Runs one kernel over a run's inspection store and reads its output back. */
export async function runProbe(
  model: GpuModel,
  run: Run,
  kernel: 'tile' | 'keyMean' | 'repeatScores' | 'massRecall' | 'heldAt',
  buffers: BufferSet,
  call: ProbeCall,
): Promise<Float32Array> {
  const { device, compiler } = model;
  const bytes = call.values * 4;
  const output = buffers.storage(call.output, bytes);
  const staging = buffers.staging(call.output, bytes);
  const REINDEXED = reindexes(run.options.strategy) ? 1 : 0;
  const pipeline = await model.kernel(KERNELS[kernel], { REINDEXED });
  const group = compiler.bind(pipeline, {
    ...call.resources,
    ...pastOf(run),
    [call.output]: output,
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline.pipeline);
  pass.setBindGroup(0, run.forward.sharedGroup);
  pass.setBindGroup(1, group);
  pass.dispatchWorkgroups(...call.workgroups);
  pass.end();
  encoder.copyBufferToBuffer(output, 0, staging, 0, bytes);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  countReadBack(device, bytes);
  return new Float32Array(staging.getMappedRange().slice(0));
}
