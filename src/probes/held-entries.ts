import type { GpuModel } from '../engine/gpu-model';
import { KERNELS } from '../engine/kernels';
import type { Run } from '../engine/run';
import { BufferSet } from '../gpu/buffers';
import { packStruct } from '../gpu/wgsl';
import { TroubleError } from '../trouble';
import { runProbe } from './run-probe';

/**
 * Entries that each KV head held when the query at a position came, its own included, as the query saw them.
 * @returns u32[layers * kvHeads]
 * @throws TroubleError `bad-input` for a position that was not read, or a run that was not inspected.
 */
export async function heldEntries(model: GpuModel, run: Run, query: number): Promise<Uint32Array> {
  if (!Number.isInteger(query) || query < 0 || query >= run.processed) {
    throw new TroubleError(
      'bad-input',
      `The model has read ${run.processed} tokens, so there is no row ${query} to look back at.`,
      'Choose a token that was read.',
    );
  }
  const { layers, kvHeads } = model.config;
  const buffers = new BufferSet(model.device, 'Held entries');
  try {
    const moment = buffers.uniform('moment', 16);
    const data = packStruct(KERNELS.heldAt.code, 'Moment', { query });
    model.device.queue.writeBuffer(moment, 0, data);
    const counts = await runProbe(model, run, 'heldAt', buffers, {
      resources: { moment },
      output: 'held',
      values: layers * kvHeads,
      workgroups: [layers * kvHeads, 1],
    });
    return Uint32Array.from(counts);
  } finally {
    buffers.destroy();
  }
}
