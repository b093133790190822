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
 * @param slots entries that each KV head holds at most: `length`, or fewer under a bounded policy
 */
export function runMemory(
  config: ModelConfig,
  length: number,
  slots: number,
  valueBytes: 2 | 4,
): RunMemory {
  const { layers, heads, kvHeads, headDim, vocabSize } = config;
  const size = sizesOf(config);
  // A local layer keeps its window, the chunk that is read, and what its last pages have to spare.
  const kept = (layer: number) => layerWindow(config, layer) + MAX_CHUNK + 2 * PAGE_SLOTS;
  const pages = Array.from({ length: layers }, (_, layer) =>
    Math.ceil(Math.min(slots, kept(layer)) / PAGE_SLOTS),
  ).reduce((sum, count) => sum + kvHeads * count, 0);
  const pool = pages * PAGE_SLOTS * headDim * valueBytes;
  const rows = (label: string, columns: number) => ({ label, bytes: MAX_CHUNK * columns * 4 });
  const splits = Math.ceil((slots + 1) / DECODE_SPLIT);
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

export function totalOf(buffers: PlannedBuffer[]): number {
  return buffers.reduce((sum, { bytes }) => sum + bytes, 0);
}
