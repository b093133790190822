import type { CacheMethod, MethodShape } from '../method';
import { topIndices } from '../top-k';
import { SEES_ALL } from './keep-all';
import { type ObservationValues, observationWindow } from './observation';

export interface AdaKvValues extends ObservationValues {
  /** Mean over a layer's KV heads of the entries kept of what was read, the window included. */
  budget: number;
  /** Share of the budget before the window that every head keeps whatever the others score, 0 to 1. */
  floor: number;
}

/**
 * Ada-KV (arXiv 2407.11550) on SnapKV's scores, with the safeguard of NVIDIA's kvpress: the heads of a layer
 * share one budget, and may hold different numbers of entries.
 */
export function adaKv(values: AdaKvValues, shape: MethodShape): CacheMethod {
  const { budget, window, floor, protocol } = values;
  const observation = observationWindow(values, shape);
  return {
    positions: 'original',
    window: () => SEES_ALL,
    compressAfter: protocol,
    observe: observation.observe,
    ranks: (layer, kvHead, list) => observation.ranks(layer, kvHead, list),
    compress: (entries) =>
      entries.map((lists, layer) => {
        if (lists[0].length <= budget) return lists;
        const scores = lists.map((list, kvHead) => observation.scores(layer, kvHead, list));
        const chosen = adaptiveSets(scores, budget - window, floor);
        return lists.map((list, kvHead) => observation.keep(list, chosen[kvHead]));
      }),
  };
}

/**
 * The heads · kept best of all heads' scores, where each head's ⌊floor · kept⌋ best are in beforehand. Among
 * equal scores the newer entry wins, then the later head.
 * @param scores [head][entry], equally many of each head
 * @returns [head]: indices, ascending
 */
export function adaptiveSets(scores: number[][], kept: number, floor: number): number[][] {
  const heads = scores.length;
  const safe = scores.map((own) => new Set(topIndices(own, Math.floor(floor * kept))));
  const joint = Array.from({ length: heads * scores[0].length }, (_, i) => {
    const [index, head] = [Math.floor(i / heads), i % heads];
    return safe[head].has(index) ? Number.POSITIVE_INFINITY : scores[head][index];
  });
  const chosen = topIndices(joint, heads * kept);
  return scores.map((_, head) =>
    chosen.filter((i) => i % heads === head).map((i) => Math.floor(i / heads)),
  );
}
