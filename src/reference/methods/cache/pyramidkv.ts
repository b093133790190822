import type { CacheMethod, MethodShape } from '../method';
import { topIndices } from '../top-k';
import { SEES_ALL } from './keep-all';
import { type ObservationValues, observationWindow } from './observation';

export interface PyramidKvValues extends ObservationValues {
  /** Mean over the layers of the entries that a KV head keeps of what was read, the window included. */
  budget: number;
  /** The last layer keeps about 1 / beta of the mean; 1 makes all layers equal. */
  beta: number;
}

/** PyramidKV (arXiv 2406.02069): SnapKV with budgets that fall linearly from the first layer to the last. */
export function pyramidKv(values: PyramidKvValues, shape: MethodShape): CacheMethod {
  const { window, protocol } = values;
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
          const budget = pyramidBudgets(values, shape.layers, list.length)[layer];
          if (list.length <= budget + window) return list;
          const scores = observation.scores(layer, kvHead, list);
          return observation.keep(list, topIndices(scores, budget));
        }),
      ),
  };
}

/**
 * Entries before the window that each layer keeps of `length` that were read, by the paper's integers. The
 * step between layers is rounded down, so that their sum may exceed layers · (budget − window), by less than
 * layers · (layers − 1) / 2. Below the budget all stay; below twice the budget, as with one layer, all
 * layers keep the same.
 */
export function pyramidBudgets(
  { budget, window, beta }: Pick<PyramidKvValues, 'budget' | 'window' | 'beta'>,
  layers: number,
  length: number,
): number[] {
  const mean = budget - window;
  const prefix = length - window;
  const uniform = (slots: number) => Array.from({ length: layers }, () => slots);
  if (length <= budget) return uniform(prefix);
  if (length < 2 * mean || layers === 1) return uniform(mean);
  let lowest = Math.floor(mean / beta);
  let highest = 2 * mean - lowest;
  if (highest >= prefix) {
    highest = prefix;
    lowest = 2 * mean - highest;
  }
  const step = Math.floor((highest - lowest) / (layers - 1));
  return Array.from({ length: layers }, (_, layer) => highest - layer * step);
}
