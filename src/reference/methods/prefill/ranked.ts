/** All indices, the highest score first; among equal scores the newer (higher index) first. */
export function ranked(scores: ArrayLike<number>): number[] {
  return Array.from(scores, (_, index) => index).sort((a, b) => scores[b] - scores[a] || b - a);
}
