import type { CacheEntries, CacheEntry, CacheMethod, MethodShape } from '../method';
import { topIndices } from '../top-k';
import { groupOf } from './group';
import { SEES_ALL } from './keep-all';

export interface A2sfValues {
  /** Entries that a KV head may hold, `recent` included. */
  budget: number;
  /** Newest entries that always stay. */
  recent: number;
  /** What a row's weights are worth one query later, 0 to 1. */
  decay: number;
  protocol: CacheMethod['compressAfter'];
}

/**
 * A2SF (arXiv 2407.20485): score ← decay · score + weights, query by query, summed over the query heads of a
 * KV head. Kept are the `recent` newest entries and the best of the others.
 */
export function a2sf(values: A2sfValues, shape: MethodShape): CacheMethod {
  const { budget, recent, decay, protocol } = values;
  /** scores[layer][kvHead] by position. */
  const scores = Array.from({ length: shape.layers }, () =>
    Array.from({ length: shape.kvHeads }, () => new Map<number, number>()),
  );

  function ranks(layer: number, kvHead: number, list: CacheEntry[]): number[] {
    return list.map(({ position }, index) =>
      index >= list.length - recent
        ? Number.POSITIVE_INFINITY
        : (scores[layer][kvHead].get(position) ?? 0),
    );
  }

  function evict(entries: CacheEntries): CacheEntries {
    return entries.map((lists, layer) =>
      lists.map((list, kvHead) =>
        topIndices(ranks(layer, kvHead, list), budget).map((index) => list[index]),
      ),
    );
  }

  return {
    positions: 'original',
    window: () => SEES_ALL,
    compressAfter: protocol,
    observe({ layer, weights }) {
      scores[layer].forEach((own, kvHead) => {
        for (let row = 0; row < weights[0].length; row++) {
          for (const [position, score] of own) own.set(position, decay * score);
          for (const head of groupOf(kvHead, shape)) {
            for (const [position, weight] of weights[head][row]) {
              own.set(position, (own.get(position) ?? 0) + weight);
            }
          }
        }
      });
    },
    ranks,
    compress: evict,
    afterTokens: evict,
  };
}
