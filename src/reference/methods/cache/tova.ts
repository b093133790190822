import type { CacheEntries, CacheEntry, CacheMethod, MethodShape } from '../method';
import { topIndices } from '../top-k';
import { SEES_ALL } from './keep-all';

export interface TovaValues {
  /** Entries that a head may hold. */
  budget: number;
  protocol: CacheMethod['compressAfter'];
}

/**
 * TOVA (arXiv 2401.06104): what the newest query attends to least leaves, by the mean over all query heads;
 * one list for the heads of a layer. The newest entry competes like any other.
 */
export function tova({ budget, protocol }: TovaValues, shape: MethodShape): CacheMethod {
  /** Mean of the newest row over the query heads, by layer and position. */
  const newest = Array.from({ length: shape.layers }, () => new Map<number, number>());

  function ranks(layer: number, _kvHead: number, list: CacheEntry[]): number[] {
    return list.map(({ position }) => newest[layer].get(position) ?? 0);
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
      newest[layer].clear();
      for (const rows of weights) {
        for (const [position, weight] of rows[rows.length - 1]) {
          const before = newest[layer].get(position) ?? 0;
          newest[layer].set(position, before + weight / shape.heads);
        }
      }
    },
    ranks,
    compress: evict,
    afterTokens: evict,
  };
}
