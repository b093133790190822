import { Eviction } from '../../engine/primitives/eviction';
import { WeightSums } from '../../engine/primitives/weight-sums';
import { type CachePolicy, NO_WINDOW } from '../../engine/strategy';
import type { Protocol } from './parameters';

export interface RankedOptions {
  /** Entries that a head may hold. */
  budget: number;
  /** Newest entries that always stay. */
  recent: number;
  /** What a row's weights are worth one query later, 0 to 1. */
  decay: number;
  /** Whether one list is made for all heads of a layer. */
  layerShared: boolean;
  compressAfter: Protocol;
}

/**
 * The entries with the largest discounted sum of weights stay, of the prompt and after every token. The
 * prompt itself is read with everything, so until its end nothing is saved.
 */
export function ranked(options: RankedOptions): CachePolicy {
  const { budget, recent, decay, layerShared, compressAfter } = options;
  return {
    positions: 'original',
    windowOf: () => NO_WINDOW,
    compressAfter,
    async prepare(bench) {
      const [sums, eviction] = await Promise.all([
        // Shared scores are means over all query heads of the layer.
        WeightSums.create(bench, { reduce: layerShared ? 'mean' : 'sum', decay }),
        Eviction.create(bench, {
          budgets: new Uint32Array(bench.cache.heads).fill(budget),
          sinks: 0,
          recent,
          layerShared,
        }),
      ]);
      return {
        observe(recorder, layer) {
          // Without a memory only the newest row counts.
          const first = decay === 0 ? recorder.tokens - 1 : 0;
          sums.record(recorder, layer, first, recorder.tokens);
        },
        compress: (recorder) => eviction.record(recorder),
        afterTokens: (recorder) => eviction.record(recorder),
        slotsLeft: (held) => eviction.left(held),
      };
    },
  };
}
