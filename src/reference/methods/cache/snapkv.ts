import type { CacheMethod, MethodShape } from '../method';
import { topIndices } from '../top-k';
import { SEES_ALL } from './keep-all';
import { type ObservationValues, observationWindow } from './observation';

export interface SnapKvValues extends ObservationValues {
  /** Entries that a KV head keeps of what was read, the window included. */
  budget: number;
}

/**
 * SnapKV (arXiv 2404.14469): the window of last queries chooses, head by head, which entries before it stay.
 * Nothing is evicted later.
 */
export function snapKv(values: SnapKvValues, shape: MethodShape): CacheMethod {
  const { budget, window, protocol } = values;
  const observation = observationWindow(values, shape);
  return {
    positions: 'original',
    window: () => SEES_ALL,
    compressAfter: protocol,
    observe: observation.observe,
    ranks: (layer, kvHead, list) => observation.ranks(layer, kvHead, list),
    compress: (entries) =>
      entries.map((lists, layer) =>
        lists.map((list, kvHead) => {
          if (list.length <= budget) return list;
          const scores = observation.scores(layer, kvHead, list);
          return observation.keep(list, topIndices(scores, budget - window));
        }),
      ),
  };
}
