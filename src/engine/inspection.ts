import type { BufferSet } from '../gpu/buffers';
import type { ModelConfig } from '../model/config';

export const NEVER_EVICTED = 0xffffffff;

/**
 * What exact maps of the past are drawn from: copies of every query and key, evicted ones included, the
 * log-sum-exp of each row, and for each key the first query that could no longer see it. Not part of the
 * cache; it exists only while someone inspects.
 */
export interface InspectionStore {
  /** Positions of the text that it can hold. */
  capacity: number;
  q: GPUBuffer;
  k: GPUBuffer;
  lse: GPUBuffer;
  evictedAt: GPUBuffer;
  bytes: number;
}

export function createInspectionStore(
  device: GPUDevice,
  buffers: BufferSet,
  config: ModelConfig,
  capacity: number,
): InspectionStore {
  const { layers, heads, kvHeads, headDim } = config;
  const before = buffers.bytes;
  const store = {
    capacity,
    q: buffers.storage('inspected queries', layers * heads * capacity * headDim * 4),
    k: buffers.storage('inspected keys', layers * kvHeads * capacity * headDim * 4),
    lse: buffers.storage('log-sum-exp of rows', layers * heads * capacity * 4),
    evictedAt: buffers.storage('evicted at', layers * kvHeads * capacity * 4),
  };
  const never = new Uint32Array(layers * kvHeads * capacity).fill(NEVER_EVICTED);
  device.queue.writeBuffer(store.evictedAt, 0, never);
  return { ...store, bytes: buffers.bytes - before };
}
