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
