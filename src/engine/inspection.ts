import type { BufferSet } from '../gpu/buffers';
import { packStruct } from '../gpu/wgsl';
import { layerWindow, type ModelConfig } from '../model/config';
import type { Bench, PlanLayout } from './bench';
import type { GpuModel } from './gpu-model';
import { ALL, KERNELS } from './kernels';
import { anglesAt } from './rope-table';
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
  /** By which scores entries were dropped; null where no policy ranks them. */
  losses: Losses | null;
  /** Layers, plans, and reads: see `shaders/shared/weights.wgsl`. */
  records: GPUBuffer;
  /** Where plans and reads lie in the records, in words; no reads: 0. */
  plansAt: number;
  readsAt: number;
  /** Tokens that a plan is for, the last of the chunks that have one excepted. */
  planChunk: number;
  /** Position of the first token that no plan was made for. */
  plannedTo: number;
  /** Re-indexed places are counted pair by pair, which takes a walk along the text. */
  ranked: boolean;
  /** Uniforms that tell kernels about the store. */
  store: GPUBuffer;
  planStore: GPUBuffer;
  readStore: GPUBuffer;
  bytes: number;
}

/** What a policy that ranks entries thought of those that it dropped; NaN where nothing was noted. */
export interface Losses {
  /** f32[layers, kvHeads, capacity]: the score by which the entry of a position was dropped. */
  scores: GPUBuffer;
  /**
   * f32[layers, kvHeads, capacity + 1]: the lowest score among the entries that stayed for theirs, by the
   * position of the first query that missed what was dropped.
   */
  lowestKept: GPUBuffer;
}

/** Makes room for scores of what is dropped, once a policy asks. */
export function keepLosses(inspection: InspectionStore, bench: Bench): Losses {
  if (!inspection.losses) {
    const { heads } = bench.cache;
    const nothing = (perHead: number) => new Float32Array(heads * perHead).fill(Number.NaN);
    const scores = bench.stored('lost scores', nothing(inspection.capacity));
    const lowestKept = bench.stored('lowest kept scores', nothing(inspection.capacity + 1));
    inspection.losses = { scores, lowestKept };
    inspection.bytes += scores.size + lowestKept.size;
  }
  return inspection.losses;
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
  const plansAt = layers * LAYER_WORDS;
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
    losses: null,
    records: buffers.storage('records', (plansEnd + steps * layers * heads * (1 + plan.words)) * 4),
    store: buffers.uniform('inspection', 48),
    planStore: buffers.uniform('plan records', 16),
    readStore: buffers.uniform('read records', 16),
  };
  const { queue } = device;
  const windowed = strategy.cache.prepare === undefined && !selects;
  const ranked = reindexes(strategy) && !windowed;
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
      ranked: ranked ? 1 : 0,
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
  queue.writeBuffer(store.records, 0, layerRecords(config, strategy));
  const never = new Uint32Array(layers * kvHeads * capacity).fill(NEVER_EVICTED);
  queue.writeBuffer(store.evictedAt, 0, never);
  return {
    ...store,
    plansAt,
    readsAt,
    planChunk,
    plannedTo,
    ranked,
    bytes: buffers.bytes - before,
  };
}

/** Words of a layer at the beginning of the records: as in `shaders/shared/weights.wgsl`. */
const LAYER_WORDS = 10;

/** Of every layer its steered heads, its window, and where its angles begin. */
function layerRecords(config: ModelConfig, strategy: Strategy): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(config.layers * LAYER_WORDS);
  const steered = steeredHeads(strategy, config.layers);
  for (let layer = 0; layer < config.layers; layer++) {
    const at = layer * LAYER_WORDS;
    const window = layerWindow(config, layer);
    words.set(steered.subarray(layer * 8, layer * 8 + 8), at);
    words[at + 8] = Number.isFinite(window) ? window : ALL;
    words[at + 9] = anglesAt(config, layer);
  }
  return words;
}

/** Bits of the steered heads, eight words a layer. */
export function steeredHeads({ score }: Strategy, layers: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(layers * 8);
  for (const { layer, head } of score.steering?.heads ?? []) {
    words[layer * 8 + (head >> 5)] |= 1 << (head & 31);
  }
  return words;
}
