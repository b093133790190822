/** Values of at least this are chosen whatever the others are. */
export const FORCED = 3e38;
/** Values of at most this are never chosen. */
export const EXCLUDED = -3e38;

export type Measure = 'count' | 'mass' | 'threshold';

/**
 * The indices that are chosen of a row, ascending; among equal values the larger index wins.
 * - count: the `target` largest, and all forced ones even if there are more.
 * - mass: the fewest, the largest first, whose sum reaches `target` times the sum of all; all if `target` ≥ 1.
 *   Values are at least 0; a value v below 0 is chosen first, with mass −v.
 * - threshold: those above `target`.
 */
export function selectRow(values: ArrayLike<number>, measure: Measure, target: number): number[] {
  const all = Array.from(values, (value, index) => ({ value, index })).filter(
    ({ value }) => value > EXCLUDED,
  );
  const isForced = (value: number) => (measure === 'mass' ? value < 0 : value >= FORCED);
  const forced = all.filter(({ value }) => isForced(value));
  const others = all
    .filter(({ value }) => !isForced(value))
    .sort((a, b) => b.value - a.value || b.index - a.index);

  const chosen = [...forced];
  if (measure === 'threshold') {
    chosen.push(...others.filter(({ value }) => value > target));
  } else if (measure === 'count') {
    chosen.push(...others.slice(0, Math.max(0, target - forced.length)));
  } else {
    const mass = (some: typeof all) => some.reduce((sum, { value }) => sum + Math.abs(value), 0);
    const wanted = target < 1 ? target * mass(all) : Number.POSITIVE_INFINITY;
    let reached = mass(forced);
    for (const other of others) {
      if (reached >= wanted) break;
      chosen.push(other);
      reached += other.value;
    }
  }
  return chosen.map(({ index }) => index).sort((a, b) => a - b);
}
