import klDivergenceCode from '../../shaders/probe/kl-divergence.wgsl?raw';
import type { GpuModel } from '../engine/gpu-model';
import { kernel, SHARED } from '../engine/kernels';
import type { Run } from '../engine/run';
import { BufferSet } from '../gpu/buffers';
import { readBack } from '../gpu/read-back';
import { packStruct } from '../gpu/wgsl';

const KL_DIVERGENCE = kernel('probe/kl-divergence', klDivergenceCode, SHARED.reduce);
/** Numbers of a row: as in `shaders/probe/kl-divergence.wgsl`. */
const RESULTS = 5;

/** Logits of one token after the other, f32[…, vocabSize]. */
export interface LogitRows {
  buffer: GPUBuffer;
  /** The row to begin with. */
  first: number;
}

/** How far two distributions of the next token are apart. */
export interface TokenDivergence {
  /** KL(p‖q) at temperature 1, in nats. */
  kl: number;
  /** ln p and ln q of the token that was taken, in nats. */
  logP: number;
  logQ: number;
  /** The most likely token of p and of q. */
  topP: number;
  topQ: number;
}

/**
 * Compares the distributions of the next token that two runs had, row by row (Kullback & Leibler, 1951).
 * @param run any run on the device: lends the bindings that all kernels share
 * @param tokens the tokens that were taken, one a row
 */
export async function klDivergences(
  model: GpuModel,
  run: Run,
  p: LogitRows,
  q: LogitRows,
  tokens: number[],
): Promise<TokenDivergence[]> {
  if (tokens.length === 0) return [];
  const { device, compiler } = model;
  const buffers = new BufferSet(device, 'KL divergence');
  try {
    const rows = buffers.uniform('rows', 16);
    const first = { p_first: p.first, q_first: q.first };
    device.queue.writeBuffer(rows, 0, packStruct(KL_DIVERGENCE.code, 'Rows', first));
    const ids = buffers.storage('tokens', tokens.length * 4);
    device.queue.writeBuffer(ids, 0, Uint32Array.from(tokens));
    const bytes = tokens.length * RESULTS * 4;
    const results = buffers.storage('results', bytes);
    const pipeline = await model.kernel(KL_DIVERGENCE, { THREADS: 256 });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline.pipeline);
    pass.setBindGroup(0, run.forward.sharedGroup);
    pass.setBindGroup(
      1,
      compiler.bind(pipeline, {
        rows,
        p_logits: p.buffer,
        q_logits: q.buffer,
        tokens: ids,
        results,
      }),
    );
    pass.dispatchWorkgroups(tokens.length);
    pass.end();
    device.queue.submit([encoder.finish()]);
    const values = new Float32Array(await readBack(device, results, bytes));
    return tokens.map((_, row) => {
      const [kl, logP, logQ, topP, topQ] = values.subarray(row * RESULTS);
      return { kl, logP, logQ, topP, topQ };
    });
  } finally {
    buffers.destroy();
  }
}
