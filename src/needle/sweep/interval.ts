/** Two-sided 95 % quantile of the normal distribution. */
const Z = 1.959964;

/**
 * 95 % interval of a share, from `correct` of `done` (Wilson, 1927): unlike the mean plus or minus its error,
 * it stays within 0…1 and says something at 0 of n and n of n.
 */
export function wilson(correct: number, done: number): [number, number] | null {
  if (done === 0) return null;
  const share = correct / done;
  const middle = (share + Z ** 2 / (2 * done)) / (1 + Z ** 2 / done);
  const half =
    (Z / (1 + Z ** 2 / done)) * Math.sqrt((share * (1 - share)) / done + Z ** 2 / (4 * done ** 2));
  // Rounding must not push an end out of 0…1, nor the share out of its interval.
  return [Math.max(0, Math.min(share, middle - half)), Math.min(1, Math.max(share, middle + half))];
}
