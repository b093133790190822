import { completeChoice, entryOf, type StrategyChoice } from '../../strategies/registry';
import type { ModelShape } from '../../strategies/schema';

/** What the page must know of a model to turn entries into bytes. */
export interface CacheShape extends ModelShape {
  precision: 'f32' | 'f16';
}

export interface PredictedCost {
  /** Entries held per layer and KV head once the prompt is read. */
  slotsHeld: number;
  kvBytes: number;
  denseBytes: number;
  /** Pairs of query and key that one head computes while the prompt is read, at most. */
  attendedPairs: number;
  /** Entries that one head reads for one new token. */
  slotsRead: number;
}

/**
 * What a strategy should cost for a prompt, from its entries' own formulas.
 * @throws TroubleError `bad-input` for values out of range.
 */
export function predictCost(
  choice: StrategyChoice,
  length: number,
  model: CacheShape,
): PredictedCost {
  const { prefill, cache, decode } = completeChoice(choice);
  const held = entryOf('cache', cache.id).cost(length, cache.values, model);
  const { slotsHeld, coded = 0, codedBits = 0 } = held;
  const { attendedPairs } = entryOf('prefill', prefill.id).cost(length, prefill.values, model);
  const { slotsRead } = entryOf('decode', decode.id).cost(length, decode.values, model);
  const numbersPerSlot = 2 * model.headDim * model.layers * model.kvHeads;
  const bytesPerSlot = numbersPerSlot * (model.precision === 'f16' ? 2 : 4);
  return {
    slotsHeld,
    kvBytes: (slotsHeld - coded) * bytesPerSlot + (coded * numbersPerSlot * codedBits) / 8,
    denseBytes: length * bytesPerSlot,
    attendedPairs,
    slotsRead: Math.min(slotsRead, slotsHeld),
  };
}
