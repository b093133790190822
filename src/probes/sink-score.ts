import type { GpuModel } from '../engine/gpu-model';
import { KERNELS } from '../engine/kernels';
import type { Run } from '../engine/run';
import { BufferSet } from '../gpu/buffers';
import { packStruct } from '../gpu/wgsl';
import { runProbe } from './run-probe';

/**
 * The sink score of every head: the mean weight that queries [0, queries) give to the first token, the first
 * query's own weight of 1 included (α₁ of Gu et al., arXiv 2410.10781). Where the first token was evicted,
 * only the queries that saw it count.
 * @returns f32[layers * heads]
 */
export async function sinkScores(
  model: GpuModel,
  run: Run,
  queries: number,
): Promise<Float32Array> {
  const { layers, heads } = model.config;
  const buffers = new BufferSet(model.device, 'Sink scores');
  try {
    const range = buffers.uniform('range', 16);
    model.device.queue.writeBuffer(
      range,
      0,
      packStruct(KERNELS.keyMean.code, 'Range', { key: 0, query_from: 0, query_to: queries }),
    );
    return await runProbe(model, run, 'keyMean', buffers, {
      resources: { range },
      output: 'means',
      values: layers * heads,
      workgroups: [heads, layers],
    });
  } finally {
    buffers.destroy();
  }
}
