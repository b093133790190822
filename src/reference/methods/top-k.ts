/** Indices of the k highest scores, ascending; among equal scores the newer entry (higher index) wins. */
export function topIndices(scores: ArrayLike<number>, k: number): number[] {
  return Array.from(scores, (_, index) => index)
    .sort((a, b) => (scores[b] === scores[a] ? b - a : scores[b] > scores[a] ? 1 : -1))
    .slice(0, Math.max(0, k))
    .sort((a, b) => a - b);
}
