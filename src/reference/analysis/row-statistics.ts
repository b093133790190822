/** What single rows of an attention map look like. */
import { type AttentionMap, mean } from './attention-map';

type Row = AttentionMap[number];

/** −Σ a ln a ÷ ln(keys seen), 0…1; null where only one key was seen. */
export function normalisedEntropy(row: Row): number | null {
  if (row.size < 2) return null;
  let entropy = 0;
  for (const weight of row.values()) if (weight > 0) entropy -= weight * Math.log(weight);
  return entropy / Math.log(row.size);
}

/** Σ a(i, j)·min(i − j, most), in tokens. */
export function rowDistance(row: Row, query: number, most = Number.POSITIVE_INFINITY): number {
  let distance = 0;
  for (const [key, weight] of row) distance += weight * Math.min(query - key, most);
  return distance;
}

/** The position with the largest weight, the first of several. */
export function strongestKey(row: Row): number {
  const [first] = [...row].sort(([a, x], [b, y]) => y - x || a - b);
  return first[0];
}

/** Mean over the rows that saw more than one key; NaN where none did. */
export function headEntropy(map: AttentionMap): number {
  return mean(map.map(normalisedEntropy).filter((entropy) => entropy !== null));
}

/** d of arXiv 2510.13554: mean over all rows, in tokens. */
export function headDistance(map: AttentionMap): number {
  return mean(map.map((row, query) => rowDistance(row, query)));
}
