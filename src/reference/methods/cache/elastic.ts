import { mean } from '../../vectors';
import type { CacheEntry, CacheMethod, MethodShape } from '../method';
import { topIndices } from '../top-k';
import { SEES_ALL } from './keep-all';

export interface ElasticValues {
  /** Entries that a head may hold. */
  budget: number;
  /** First entries, which are anchors. */
  sinks: number;
  /** Newest entries, which are anchors. */
  recent: number;
  /**
   * Index of the entry that is deleted for each token more; below 0 it counts from the budget. The index
   * must lie in [sinks, budget), so that no sink and not the newest entry leaves.
   */
  distance: number;
  protocol: CacheMethod['compressAfter'];
}

/**
 * Elastic Cache (arXiv 2407.18121). At the end of reading, the entries of a layer that got the most weight
 * (mean over query heads, summed over queries) are anchors beside sinks and newest, and every other entry is
 * merged into its anchor: the plain mean of rotated keys, and of values. After that one entry at a fixed
 * place leaves for every token, whatever it is worth.
 */
export function elastic(values: ElasticValues, shape: MethodShape): CacheMethod {
  const { budget, sinks, recent, distance, protocol } = values;
  const deleteAt = distance < 0 ? budget + distance : distance;
  /** Mean over query heads, summed over queries, by layer and position. */
  const scores = Array.from({ length: shape.layers }, () => new Map<number, number>());
  let compressed = false;

  function ranks(layer: number, list: CacheEntry[]): number[] {
    return list.map(({ position }, index) =>
      index < sinks || index >= list.length - recent
        ? Number.POSITIVE_INFINITY
        : (scores[layer].get(position) ?? 0),
    );
  }

  return {
    positions: 'original',
    window: () => SEES_ALL,
    compressAfter: protocol,
    observe({ layer, weights }) {
      for (const row of weights.flat()) {
        for (const [position, weight] of row) {
          const before = scores[layer].get(position) ?? 0;
          scores[layer].set(position, before + weight / shape.heads);
        }
      }
    },
    ranks: (layer, _kvHead, list) => (compressed ? null : ranks(layer, list)),
    compress(entries) {
      compressed = true;
      return entries.map((lists, layer) =>
        lists.map((list) => merged(list, topIndices(ranks(layer, list), budget))),
      );
    },
    afterTokens: (entries) =>
      entries.map((lists) =>
        lists.map((list) => list.toSpliced(deleteAt, Math.max(0, list.length - budget))),
      ),
  };
}

/** The anchors, each the mean of itself and of the entries nearest to it; between two, of the earlier. */
export function merged(list: CacheEntry[], anchors: number[]): CacheEntry[] {
  const nearest = list.map(({ position }) => {
    const distances = anchors.map((anchor) => Math.abs(list[anchor].position - position));
    return distances.indexOf(Math.min(...distances));
  });
  return anchors.map((anchor, i) => {
    const bucket = list.filter((_, index) => nearest[index] === i);
    return {
      ...list[anchor],
      key: mean(bucket.map((entry) => entry.key)),
      value: mean(bucket.map((entry) => entry.value)),
    };
  });
}
