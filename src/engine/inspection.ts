import type { BufferSet } from '../gpu/buffers';
import { packStruct } from '../gpu/wgsl';
import type { PlanLayout } from './bench';
import type { GpuModel } from './gpu-model';
import { ALL, KERNELS } from './kernels';
import {
  compressionPoint,
  type PlanPart,
  type PromptParts,
  reindexes,
  type Strategy,
} from './strategy';

export const NEVER_EVICTED = ALL;

/** The parts of a plan as bits: as in `shaders/shared/plan.wgsl`. */
const PLAN_BITS: Record<PlanPart, number> = { rows: 1, columns: 2, diagonals: 4, blocks: 8 };

export function planBits(parts: PlanPart[]): number {
  return parts.reduce((bits, part) => bits | PLAN_BITS[part], 0);
}

/**
 * What exact maps of the past are drawn from: copies of every query and key, evicted ones included, the
 * log-sum-exp of each row, for each key the first query that could no longer see it, and the records of what
 * prefill patterns and decode selections left out. Not part of the cache; it exists only while someone
 * inspects.
 */
export interface InspectionStore {
  /** Positions of the text that it can hold. */
  capacity: number;
  q: GPUBuffer;
  k: GPUBuffer;
  lse: GPUBuffer;
  evictedAt: GPUBuffer;
  /** Steered heads, plans, and reads: see `shaders/shared/weights.wgsl`. */
  records: GPUBuffer;
  /** Where plans and reads lie in the records, in words; no reads: 0. */
  plansAt: number;
  readsAt: number;
  /** Tokens that a plan is for, the last of the chunks that have one excepted. */
  planChunk: number;
  /** Position of the first token that no plan was made for. */
  plannedTo: number;
  /** Uniforms that tell kernels about the store. */
  store: GPUBuffer;
  planStore: GPUBuffer;
  readStore: GPUBuffer;
  bytes: number;
}

export function createInspectionStore(
  model: GpuModel,
  buffers: BufferSet,
  strategy: Strategy,
  plan: PlanLayout,
  prompt: PromptParts,
  /** Tokens of a chunk, where there are plans. */
  planChunk: number,
  capacity: number,
): InspectionStore {
  const { device, config } = model;
  const { layers, heads, kvHeads, headDim } = config;
  const before = buffers.bytes;
  const planParts = planBits(strategy.prefill.parts);
  const plansAt = layers * 8;
  const plannedTo = planParts === 0 ? 0 : compressionPoint(strategy.cache, prompt);
  const chunks = Math.ceil(plannedTo / planChunk);
  const plansEnd = plansAt + chunks * layers * plan.size;
  const selects = strategy.decode.prepare !== undefined;
  const readsAt = selects ? plansEnd : 0;
  const steps = selects ? capacity - prompt.length : 0;
  const store = {
    capacity,
    q: buffers.storage('inspected queries', layers * heads * capacity * headDim * 4),
    k: buffers.storage('inspected keys', layers * kvHeads * capacity * headDim * 4),
    lse: buffers.storage('log-sum-exp of rows', layers * heads * capacity * 4),
    evictedAt: buffers.storage('evicted at', layers * kvHeads * capacity * 4),
    records: buffers.storage('records', (plansEnd + steps * layers * heads * (1 + plan.words)) * 4),
    store: buffers.uniform('inspection', 48),
    planStore: buffers.uniform('plan records', 16),
    readStore: buffers.uniform('read records', 16),
  };
  const { queue } = device;
  const windowed = strategy.cache.prepare === undefined && !selects;
  queue.writeBuffer(
    store.store,
    0,
    packStruct(KERNELS.tile.code, 'Store', {
      capacity,
      first_decoded: prompt.length,
      planned_to: plannedTo,
      plan_parts: planParts,
      plans: plansAt,
      plan_size: plan.size,
      plan_chunk: planChunk,
      reads: readsAt,
      ranked: reindexes(strategy) && !windowed ? 1 : 0,
    }),
  );
  const planStore = { plans: plansAt, plan_size: plan.size, plan_chunk: planChunk };
  queue.writeBuffer(
    store.planStore,
    0,
    packStruct(KERNELS.capturePlan.code, 'PlanStore', planStore),
  );
  queue.writeBuffer(
    store.readStore,
    0,
    packStruct(KERNELS.captureReads.code, 'ReadStore', {
      reads: readsAt,
      first_decoded: prompt.length,
    }),
  );
  queue.writeBuffer(store.records, 0, steeredHeads(strategy, layers));
  const never = new Uint32Array(layers * kvHeads * capacity).fill(NEVER_EVICTED);
  queue.writeBuffer(store.evictedAt, 0, never);
  return { ...store, plansAt, readsAt, planChunk, plannedTo, bytes: buffers.bytes - before };
}

/** Bits of the steered heads, eight words a layer. */
export function steeredHeads({ score }: Strategy, layers: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(layers * 8);
  for (const { layer, head } of score.steering?.heads ?? []) {
    words[layer * 8 + (head >> 5)] |= 1 << (head & 31);
  }
  return words;
}
