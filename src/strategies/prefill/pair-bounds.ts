/** Upper bounds on the pairs of (query, key) that one head computes in a text of `length` tokens. */

/** Every causal pair. */
export function allPairs(length: number): number {
  return (length * (length + 1)) / 2;
}

/** At most `most` keys for each query. */
export function cappedPairs(length: number, most: number): number {
  const capped = Math.min(length, most);
  return allPairs(capped) + (length - capped) * capped;
}
