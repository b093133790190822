import { softmax } from '../../formulas';
import { dot } from '../../vectors';
import { kvHeadOf } from '../decode/scores';
import type { MethodShape, PrefillView } from '../method';

/** A query's exact weights. */
export interface WeightRow {
  position: number;
  /** weights[key], for the keys up to the query's own. */
  weights: number[];
}

/** The exact rows of the chunk's last `count` queries in one head; of all of them if it has fewer. */
export function lastRows(
  { start, queries, keys }: PrefillView,
  head: number,
  shape: MethodShape,
  count: number,
): WeightRow[] {
  const own = queries[head];
  const first = Math.max(0, own.length - count);
  return own.slice(first).map((query, i) => {
    const position = start + first + i;
    const seen = keys[kvHeadOf(head, shape)].slice(0, position + 1);
    return { position, weights: softmax(seen.map((key) => scaledDot(query, key))).weights };
  });
}

export function scaledDot(query: Float64Array, key: Float64Array): number {
  return dot(query, key) / Math.sqrt(query.length);
}

/** sums[key] of the weights that the rows give to each of `keys` keys. */
export function columnSums(rows: WeightRow[], keys: number): number[] {
  const sums = new Array<number>(keys).fill(0);
  for (const { weights } of rows) {
    weights.forEach((weight, key) => {
      sums[key] += weight;
    });
  }
  return sums;
}

/** sums[offset] of the weights that the rows give to the key `offset` before their own, for `keys` offsets. */
export function diagonalSums(rows: WeightRow[], keys: number): number[] {
  const sums = new Array<number>(keys).fill(0);
  for (const { position, weights } of rows) {
    weights.forEach((weight, key) => {
      sums[position - key] += weight;
    });
  }
  return sums;
}
