import type { CacheEntry, CacheMethod, MethodShape, ObservedRows } from '../method';
import { groupOf } from './group';

export type Pooling = 'average' | 'max';

export interface ObservationValues {
  /** Last queries that score the entries before them; their own entries always stay. */
  window: number;
  /** Neighbouring entries that share their scores; odd. */
  kernel: number;
  pooling: Pooling;
  protocol: CacheMethod['compressAfter'];
}

/** The observation window of SnapKV (arXiv 2404.14469): what the last queries read attended to. */
export function observationWindow(
  { window, kernel, pooling }: ObservationValues,
  shape: MethodShape,
) {
  /** rows[layer][head]: the newest rows of weights, across chunks. */
  const rows: ObservedRows['weights'][] = Array.from({ length: shape.layers }, () =>
    Array.from({ length: shape.heads }, () => []),
  );
  return {
    observe({ layer, weights }: ObservedRows): void {
      rows[layer] = rows[layer].map((own, head) => [...own, ...weights[head]].slice(-window));
    },

    /**
     * Scores of the entries before the window: weights summed over the window's rows, averaged over the
     * query heads of the KV head, and pooled.
     */
    scores(layer: number, kvHead: number, list: CacheEntry[]): number[] {
      const group = groupOf(kvHead, shape).flatMap((head) => rows[layer][head]);
      const heads = shape.heads / shape.kvHeads;
      const sums = list
        .slice(0, list.length - window)
        .map(({ position }) =>
          group.reduce((sum, row) => sum + (row.get(position) ?? 0) / heads, 0),
        );
      return pool(sums, kernel, pooling);
    },

    /** The same for all entries of the list; those of the window stay. */
    ranks(layer: number, kvHead: number, list: CacheEntry[]): number[] {
      const scores = this.scores(layer, kvHead, list);
      return list.map((_, index) => scores[index] ?? Number.POSITIVE_INFINITY);
    },

    /** The chosen entries and the window. */
    keep(list: CacheEntry[], chosen: number[]): CacheEntry[] {
      return [...chosen.map((index) => list[index]), ...list.slice(list.length - window)];
    },
  };
}

/** Pools over `kernel` neighbours with stride 1. Zeros before and after count, so borders lose by average. */
export function pool(scores: number[], kernel: number, pooling: Pooling): number[] {
  const reach = (kernel - 1) / 2;
  return scores.map((_, index) => {
    const near = Array.from({ length: kernel }, (_, i) => scores[index - reach + i] ?? 0);
    return pooling === 'max'
      ? Math.max(...near)
      : near.reduce((sum, score) => sum + score, 0) / kernel;
  });
}
