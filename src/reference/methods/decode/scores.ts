import { dot } from '../../vectors';
import type { CacheEntry, MethodShape } from '../method';

/** The KV head that a query head reads: consecutive query heads share one. */
export function kvHeadOf(head: number, shape: MethodShape): number {
  return Math.floor(head / (shape.heads / shape.kvHeads));
}

/** What goes into the softmax of a head: q·k/√d plus the entry's bias, for every entry. */
export function attentionScores(query: Float64Array, entries: CacheEntry[]): number[] {
  return entries.map(({ key, bias }) => dot(query, key) / Math.sqrt(query.length) + bias);
}
