import type { KeptSets } from '../../state/comparison';

/** Of some KV heads the shares that kept a position in both runs, only in the first, only in the second, in neither. */
export interface Kept<T> {
  both: T;
  onlyRun: T;
  onlyCompared: T;
  neither: T;
}

/** f32[positions] each. */
export type KeptShares = Kept<Float32Array>;

/**
 * Who kept which position.
 * @param positions of the text, from its beginning on
 * @param heads indices into the sets, at least one
 */
export function keptShares(
  { run, compared }: { run: KeptSets; compared: KeptSets },
  positions: number,
  heads: number[],
): KeptShares {
  const [neither, onlyRun, onlyCompared, both] = Array.from(
    { length: 4 },
    () => new Float32Array(positions),
  );
  const shares = [neither, onlyRun, onlyCompared, both];
  /** Bits by position: 1 the first run's head kept it, 2 the second's. */
  const marks = new Uint8Array(positions);
  for (const head of heads) {
    marks.fill(0);
    for (const position of run[head]) if (position < positions) marks[position] |= 1;
    for (const position of compared[head]) if (position < positions) marks[position] |= 2;
    for (let position = 0; position < positions; position++) {
      shares[marks[position]][position] += 1 / heads.length;
    }
  }
  return { both, onlyRun, onlyCompared, neither };
}

/** The mean over positions [from, to). */
export function meanShare(shares: KeptShares, from: number, to: number): Kept<number> {
  const mean = (values: Float32Array) => {
    let sum = 0;
    for (let position = from; position < to; position++) sum += values[position];
    return sum / Math.max(1, to - from);
  };
  return {
    both: mean(shares.both),
    onlyRun: mean(shares.onlyRun),
    onlyCompared: mean(shares.onlyCompared),
    neither: mean(shares.neither),
  };
}
