import { runMemory, totalOf } from '../engine/memory-plan';
import { checkModelFits } from '../engine/weights';
import { acquireGpu } from '../gpu/device';
import type { Checkpoint } from '../model/checkpoint';
import { openModel } from '../model/open-model';
import { valuesOf } from '../model/tensor';
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
  const watch = { signal, onDownload: () => {}, onWhole: () => {} };
  const { files } = await sources.open({ ...request, keep: false }, watch);
  const checkpoint = await openModel(files);
  const { config } = checkpoint;
  const told = (navigator as { deviceMemory?: number }).deviceMemory;
  const deviceBytes = told !== undefined && told < MOST_TOLD ? told * 2 ** 30 : null;
  const plan = (precision: 'f32' | 'f16'): PlannedPrecision => {
    const run = runMemory(config, length, length, precision === 'f16' ? 2 : 4);
    const bounded = runMemory(
      config,
      length,
      Math.min(length, BOUNDED_SLOTS),
      precision === 'f16' ? 2 : 4,
    );
    const planned = {
      precision,
      weightBytes: weightBytes(checkpoint, precision),
      kvBytes: totalOf(run.kv),
      boundedKvBytes: totalOf(bounded.kv),
      workBytes: totalOf([...run.work, ...run.inspection]),
    };
    const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
    const tooLarge = [...run.kv, ...run.work, ...run.inspection].find(({ bytes }) => bytes > most);
    const needed = planned.weightBytes + planned.kvBytes + planned.workBytes;
    return {
      ...planned,
      problem:
        precision === 'f16' && !gpu.halfPrecision
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
    shorterLength: shorterLength(checkpoint, limits),
    mostBufferBytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
    deviceBytes,
    precisions: [plan('f32'), plan('f16')],
    preferred: gpu.halfPrecision ? 'f16' : 'f32',
  };
}

/** Of all tensors on the GPU: norms stay f32, rows are padded to whole vec4. */
function weightBytes({ tensors }: Checkpoint, precision: 'f32' | 'f16'): number {
  let bytes = 0;
  for (const tensor of tensors.values()) {
    const { shape } = tensor;
    const columns = shape[shape.length - 1] ?? 1;
    const padded = (valuesOf(tensor) / columns) * Math.ceil(columns / 4) * 4;
    bytes += padded * (shape.length > 1 && precision === 'f16' ? 2 : 4);
  }
  return bytes;
}

function weightProblem({ config }: Checkpoint): Trouble | null {
  try {
    checkModelFits(config);
    return null;
  } catch (error) {
    return troubleOf(error);
  }
}

/** The largest power of two of tokens whose buffers the adapter allows in f32. */
function shorterLength({ config }: Checkpoint, limits: GPUSupportedLimits): number {
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  let length = 1 << 20;
  const fits = () => {
    const { kv, work, inspection } = runMemory(config, length, length, 4);
    return [...kv, ...work, ...inspection].every(({ bytes }) => bytes <= most);
  };
  while (length > 64 && !fits()) length /= 2;
  return Math.min(length, config.contextLength);
}

function trouble(what: string, advice: string): Trouble {
  return new TroubleError('adapter-too-small', what, advice).trouble;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
