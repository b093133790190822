/** What the browser tests of decode selections share: a step of random queries and keys in paged heads. */
import { packStruct } from '../../gpu/wgsl';
import { FRAME_CODE } from '../kernels';
import { entryPool, type PagedHeads, pagedHeads, type TestHead } from './testing';

/** The layer's uniform of a layer without anything special. */
export function layerUniform(index: number): ArrayBuffer {
  return packStruct(FRAME_CODE, 'Layer', {
    index,
    scale_per_log: 0,
    scale_least: 1,
    angles_at: 0,
    window: 0xffffffff,
    masked_heads: new Uint32Array(8),
    steered_heads: new Uint32Array(8),
  });
}

export interface StepShape {
  heads: number;
  kvHeads: TestHead[];
  headDim: number;
  tokens?: number;
}

export interface TestStep {
  cache: PagedHeads;
  constants: Record<string, number>;
  inputs: {
    layer: ArrayBuffer;
    qkv: Float32Array<ArrayBuffer>;
    keys: Float32Array<ArrayBuffer>;
    values: Float32Array<ArrayBuffer>;
    entries: ArrayBuffer;
  };
  /** Number of the KV head that a query head reads. */
  kvHeadOf(head: number): number;
  query(head: number, token?: number): Float64Array;
  key(kvHead: number, slot: number): Float64Array;
  value(kvHead: number, slot: number): Float64Array;
  bias(kvHead: number, slot: number): number;
  /** Slots of a KV head, those of the submission included. */
  slots(kvHead: number): number;
}

/** The second of two layers, behind heads of other lengths; new entries are in place. */
export function testStep(
  { heads, kvHeads, headDim, tokens = 1 }: StepShape,
  next: () => number,
): TestStep {
  const before = kvHeads.length;
  const cache = pagedHeads([...kvHeads.map(() => ({ slots: 21 })), ...kvHeads], tokens, next);
  const random = (length: number) => Float32Array.from({ length }, () => 2 * next());
  const parts = heads + 2 * before;
  const qkv = random(Math.max(1, tokens) * parts * headDim);
  const keys = random(cache.rows * headDim);
  const values = random(cache.rows * headDim);
  const entries = entryPool(cache.rows);
  const row = (kvHead: number, slot: number) => cache.row(before + kvHead, slot);
  const bias = (kvHead: number, slot: number) => ((kvHead + slot) % 4) / 8;
  const slots = (kvHead: number) => kvHeads[kvHead].slots + tokens;
  kvHeads.forEach((_, kvHead) => {
    for (let slot = 0; slot < slots(kvHead); slot++) {
      entries.set(row(kvHead, slot), slot + (slot >> 2), bias(kvHead, slot));
    }
  });
  const vector = (data: Float32Array, index: number) =>
    Float64Array.from(data.subarray(index * headDim, (index + 1) * headDim));
  return {
    cache,
    constants: {
      LAYERS: 2,
      HEADS: heads,
      KV_HEADS: before,
      HEAD_DIM: headDim,
      LANES: headDim / 4,
    },
    inputs: { layer: layerUniform(1), qkv, keys, values, entries: entries.data },
    kvHeadOf: (head) => Math.floor(head / (heads / before)),
    query: (head, token = 0) => vector(qkv, token * parts + head),
    key: (kvHead, slot) => vector(keys, row(kvHead, slot)),
    value: (kvHead, slot) => vector(values, row(kvHead, slot)),
    bias,
    slots,
  };
}

/** Lists u32[rows, 1 + stride] with rubbish behind the items. */
export function listBuffer(lists: number[][], stride: number): Uint32Array<ArrayBuffer> {
  const data = new Uint32Array(lists.length * (1 + stride)).fill(0xabcd);
  lists.forEach((list, row) => {
    data.set([list.length, ...list], row * (1 + stride));
  });
  return data;
}

/** The lists in such a buffer. */
export function listsIn(buffer: ArrayBuffer, stride: number): number[][] {
  const data = new Uint32Array(buffer);
  return Array.from({ length: data.length / (1 + stride) }, (_, row) => {
    const at = row * (1 + stride);
    return [...data.subarray(at + 1, at + 1 + data[at])];
  });
}
