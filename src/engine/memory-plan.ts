/** What a model and a run will need on the GPU, told before anything is allocated. All sizes in bytes. */
import { layerWindow, type ModelConfig } from '../model/config';
import { planLayout } from './bench';
import { DECODE_SPLIT, MAX_CHUNK, PAGE_SLOTS } from './kernels';
import { sizesOf } from './sizes';

/** One buffer; the adapter bounds each of them. */
export interface PlannedBuffer {
  label: string;
  bytes: number;
}

export interface RunMemory {
  /** Keys, values and entries, full. */
  kv: PlannedBuffer[];
  /** Between kernels. */
  work: PlannedBuffer[];
  /** Copies of queries and keys for exact maps of the past. */
  inspection: PlannedBuffer[];
}

/**
 * Buffers of a run of `length` tokens.
 * @param slots entries that every KV head holds at most: `length`, or fewer under a bounded policy; or those
 *   of each head, [layers * kvHeads]
 */
export function runMemory(
  config: ModelConfig,
  length: number,
  slots: number | number[],
  valueBytes: 2 | 4,
): RunMemory {
  const { layers, heads, kvHeads, headDim, vocabSize } = config;
  const size = sizesOf(config);
  // A local layer keeps its window, the chunk that is read, and what its last pages have to spare.
  const kept = (layer: number) => layerWindow(config, layer) + MAX_CHUNK + 2 * PAGE_SLOTS;
  const each =
    typeof slots === 'number'
      ? Array.from({ length: layers * kvHeads }, (_, head) =>
          Math.min(slots, kept(Math.floor(head / kvHeads))),
        )
      : slots;
  const pages = each.reduce((sum, count) => sum + Math.ceil(count / PAGE_SLOTS), 0);
  const pool = pages * PAGE_SLOTS * headDim * valueBytes;
  const rows = (label: string, columns: number) => ({ label, bytes: MAX_CHUNK * columns * 4 });
  const splits = Math.ceil((Math.max(...each) + 1) / DECODE_SPLIT);
  return {
    kv: [
      { label: 'keys', bytes: pool },
      { label: 'values', bytes: pool },
      { label: 'entries', bytes: pages * PAGE_SLOTS * 8 },
    ],
    work: [
      { label: 'logits', bytes: vocabSize * 4 },
      rows('residual stream', size.hidden4 * 4),
      rows('normed', size.hidden4 * 4),
      rows('queries, keys, values', size.qkv),
      rows('attention', size.attention4 * 4 + 2 * heads),
      rows('gate and up', size.gateUp),
      rows('MLP', size.intermediate4 * 4),
      { label: 'split attention', bytes: heads * splits * (headDim + 3) * 4 },
      { label: 'plan', bytes: planLayout(length, heads).size * 4 },
    ],
    inspection: [
      { label: 'inspected queries', bytes: layers * heads * length * headDim * 4 },
      { label: 'inspected keys', bytes: layers * kvHeads * length * headDim * 4 },
      { label: 'log-sum-exp of rows', bytes: layers * heads * length * 4 },
      { label: 'evicted at', bytes: layers * kvHeads * length * 4 },
    ],
  };
}

/** The largest buffer that an adapter allows. */
export function mostBufferBytes(limits: GPUSupportedLimits): number {
  return Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
}

/** Tokens, a power of two or the model's context, whose buffers the adapter allows when every entry is kept. */
export function fittingLength(config: ModelConfig, valueBytes: 2 | 4, most: number): number {
  const fits = (length: number) => {
    const { kv, work, inspection } = runMemory(config, length, length, valueBytes);
    return [...kv, ...work, ...inspection].every(({ bytes }) => bytes <= most);
  };
  let length = 1 << 20;
  while (length > 64 && !fits(length)) length /= 2;
  return Math.min(length, config.contextLength);
}

export function totalOf(buffers: PlannedBuffer[]): number {
  return buffers.reduce((sum, { bytes }) => sum + bytes, 0);
}
