import type { GpuModel } from '../engine/gpu-model';
import type { Run } from '../engine/run';
import { readBack } from '../gpu/read-back';
import { inspectionOf } from '../probes/run-probe';
import { TroubleError } from '../trouble';
import type { CacheHistory } from './protocol';

/**
 * For each position read so far, the first query that could no longer see its key in a KV head.
 * @throws TroubleError `bad-input` for a head that does not exist, or a run that was not inspected.
 */
export async function evictedAt(
  { device, config }: GpuModel,
  run: Run,
  layer: number,
  kvHead: number,
): Promise<Uint32Array> {
  const { capacity, evictedAt: buffer } = inspectionOf(run);
  const offset = headIndex(config, layer, kvHead) * capacity * 4;
  return new Uint32Array(await readBack(device, buffer, run.processed * 4, offset));
}

/** The same with the scores that decided it. */
export async function cacheHistory(
  model: GpuModel,
  run: Run,
  layer: number,
  kvHead: number,
): Promise<CacheHistory> {
  const { capacity, losses } = inspectionOf(run);
  const { processed } = run;
  const head = headIndex(model.config, layer, kvHead);
  const read = async (buffer: GPUBuffer | undefined, stride: number, count: number) =>
    buffer
      ? new Float32Array(await readBack(model.device, buffer, count * 4, head * stride * 4))
      : new Float32Array(count).fill(Number.NaN);
  const [left, lostScore, lowestKept] = await Promise.all([
    evictedAt(model, run, layer, kvHead),
    read(losses?.scores, capacity, processed),
    read(losses?.lowestKept, capacity + 1, processed + 1),
  ]);
  return { evictedAt: left, lostScore, lowestKept };
}

function headIndex({ layers, kvHeads }: GpuModel['config'], layer: number, kvHead: number): number {
  const within = (index: number, count: number) =>
    Number.isInteger(index) && index >= 0 && index < count;
  if (!within(layer, layers) || !within(kvHead, kvHeads)) {
    throw new TroubleError(
      'bad-input',
      `There is no KV head ${layer}.${kvHead}.`,
      `Layers go to ${layers - 1}, KV heads to ${kvHeads - 1}.`,
    );
  }
  return layer * kvHeads + kvHead;
}
