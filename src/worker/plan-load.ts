import { fittingLength, mostBufferBytes, runMemory, totalOf } from '../engine/memory-plan';
import { weightBytes } from '../engine/weight-bytes';
import { checkModelFits } from '../engine/weights';
import { acquireGpu } from '../gpu/device';
import type { Checkpoint } from '../model/checkpoint';
import { openModel } from '../model/open-model';
import { type Trouble, TroubleError, troubleOf } from '../trouble';
import type { ModelSources } from './model-sources';
import type { LoadRequest, MemoryPlan, PlannedPrecision } from './protocol';

/** A run beside the weights may take the rest; systems and browsers need some, too. */
const USABLE_SHARE = 0.75;
/** Browsers tell no more than this many gibibytes. */
const MOST_TOLD = 8;
/** What a bounded policy is planned with: StreamingLLM's default window and what its pages have to spare. */
export const BOUNDED_SLOTS = 1024;

/**
 * Opens a model as far as its configuration and the headers of its weights, and tells for each precision what
 * it and a run of `length` tokens would take. Nothing is kept, nothing allocated.
 */
export async function planLoad(
  request: LoadRequest,
  length: number,
  sources: ModelSources,
  signal: AbortSignal,
): Promise<MemoryPlan> {
  const gpu = await acquireGpu(navigator.gpu);
  const { limits } = gpu.device;
  gpu.device.destroy();
  const checkpoint = await openModel(await sources.look(request, signal));
  const { config } = checkpoint;
  const most = mostBufferBytes(limits);
  const told = (navigator as { deviceMemory?: number }).deviceMemory;
  const deviceBytes = told !== undefined && told < MOST_TOLD ? told * 2 ** 30 : null;
  const plan = (wished: PlannedPrecision['precision']): PlannedPrecision => {
    // Quantised weights are multiplied in what the adapter has; f16 is told even where it cannot be had.
    const halves = wished === 'f16' || (wished !== 'f32' && gpu.halfPrecision);
    const precision = halves ? 'f16' : 'f32';
    const rounding = wished === 'int8' || wished === 'int4' ? wished : null;
    const valueBytes = precision === 'f16' ? 2 : 4;
    const run = runMemory(config, length, length, valueBytes);
    const bounded = runMemory(config, length, Math.min(length, BOUNDED_SLOTS), valueBytes);
    const planned = {
      precision: wished,
      weightBytes: weightBytes(checkpoint, precision, rounding),
      kvBytes: totalOf(run.kv),
      boundedKvBytes: totalOf(bounded.kv),
      workBytes: totalOf([...run.work, ...run.inspection]),
    };
    const tooLarge = [...run.kv, ...run.work, ...run.inspection].find(({ bytes }) => bytes > most);
    const needed = planned.weightBytes + planned.kvBytes + planned.workBytes;
    return {
      ...planned,
      problem:
        wished === 'f16' && !gpu.halfPrecision
          ? trouble('This adapter does not offer shader-f16.', 'Take f32 or a quantisation.')
          : (weightProblem(checkpoint) ??
            (tooLarge
              ? trouble(
                  `${length} tokens need “${tooLarge.label}” of ${mebibytes(tooLarge.bytes)} in one buffer; this adapter allows ${mebibytes(most)}.`,
                  'Take a shorter prompt or a bounded cache policy.',
                )
              : null) ??
            (deviceBytes !== null && needed > USABLE_SHARE * deviceBytes
              ? trouble(
                  `${mebibytes(needed)} are needed, and this device has ${mebibytes(deviceBytes)} of memory for everything.`,
                  'Take a smaller precision, a shorter prompt or a bounded cache policy.',
                )
              : null)),
    };
  };
  return {
    name: checkpoint.name,
    parameters: checkpoint.parameters,
    layers: config.layers,
    heads: config.heads,
    kvHeads: config.kvHeads,
    contextLength: config.contextLength,
    hasTokenizer: checkpoint.tokenizer !== null,
    storedBytes: checkpoint.bytes,
    length,
    shorterLength: fittingLength(config, gpu.halfPrecision ? 2 : 4, most),
    mostBufferBytes: most,
    deviceBytes,
    precisions: [plan('f32'), plan('f16'), plan('int8'), plan('int4')],
    preferred: gpu.halfPrecision ? 'f16' : 'f32',
  };
}

function weightProblem({ config }: Checkpoint): Trouble | null {
  try {
    checkModelFits(config);
    return null;
  } catch (error) {
    return troubleOf(error);
  }
}

function trouble(what: string, advice: string): Trouble {
  return new TroubleError('adapter-too-small', what, advice).trouble;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
