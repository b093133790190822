import { completeChoice, entryOf, type StrategyChoice } from '../../strategies/registry';

/** What the page must know of a model to turn entries into bytes. */
export interface CacheShape {
  layers: number;
  kvHeads: number;
  headDim: number;
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
  { layers, kvHeads, headDim, precision }: CacheShape,
): PredictedCost {
  const { prefill, cache, decode } = completeChoice(choice);
  const { slotsHeld } = entryOf('cache', cache.id).cost(length, cache.values);
  const { attendedPairs } = entryOf('prefill', prefill.id).cost(length, prefill.values);
  const { slotsRead } = entryOf('decode', decode.id).cost(length, decode.values);
  const numberBytes = precision === 'f16' ? 2 : 4;
  const bytesPerSlot = 2 * headDim * numberBytes * layers * kvHeads;
  return {
    slotsHeld,
    kvBytes: slotsHeld * bytesPerSlot,
    denseBytes: length * bytesPerSlot,
    attendedPairs,
    slotsRead: Math.min(slotsRead, slotsHeld),
  };
}
