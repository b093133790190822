import type { MethodShape } from '../method';

/** The query heads that share a KV head. */
export function groupOf(kvHead: number, { heads, kvHeads }: MethodShape): number[] {
  const size = heads / kvHeads;
  return Array.from({ length: size }, (_, i) => kvHead * size + i);
}
