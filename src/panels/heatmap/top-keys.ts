import { differenceOf } from './tile-cells';

export interface WeightedKey {
  key: number;
  weight: number;
}

/** The keys with the largest weights, largest first; cells without a weight do not count. */
export function topKeys(weights: Float32Array, count: number): WeightedKey[] {
  return Array.from(weights, (weight, key) => ({ key, weight }))
    .filter(({ weight }) => weight >= 0)
    .sort((a, b) => b.weight - a.weight || a.key - b.key)
    .slice(0, count);
}

export interface DifferingKey {
  key: number;
  /** Cells of both rows; negative where there is no weight. */
  value: number;
  compared: number;
  difference: number;
}

/** The keys whose weights in two rows differ most, largest difference first. */
export function topDifferences(
  weights: Float32Array,
  compared: Float32Array,
  count: number,
): DifferingKey[] {
  return Array.from(weights, (value, key) => ({ key, value, compared: compared[key] }))
    .flatMap((pair) => {
      const difference = differenceOf(pair.value, pair.compared);
      return difference === null ? [] : [{ ...pair, difference }];
    })
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference) || a.key - b.key)
    .slice(0, count);
}
