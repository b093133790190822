/** Index of the first token at which two answers differ; null where they are the same to the end. */
export function firstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index++) if (a[index] !== b[index]) return index;
  return a.length === b.length ? null : shorter;
}
