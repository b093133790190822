/** What the strongest keys of decode steps say about heads that copy. */
export interface StrongestKeys {
  /** Positions of the text [heads, steps]. */
  strongest: Uint32Array;
  /** The text that was read: prompt and answer, as far as it goes. */
  ids: ArrayLike<number>;
  /** What each step emitted. */
  emitted: ArrayLike<number>;
}

/** The share of steps whose strongest key holds the token that was emitted, f32[heads]. */
export function copyScores({ strongest, ids, emitted }: StrongestKeys): Float32Array {
  const steps = emitted.length;
  return Float32Array.from({ length: strongest.length / steps }, (_, head) => {
    let copied = 0;
    for (let step = 0; step < steps; step++) {
      if (ids[strongest[head * steps + step]] === emitted[step]) copied++;
    }
    return copied / steps;
  });
}

/**
 * The retrieval score of Wu et al. (arXiv 2404.15574): the share of the needles' tokens that were emitted while
 * the head's strongest key was on them. Each token of a needle counts once.
 * @param needles token ranges [from, to) that do not overlap
 * @returns f32[heads]
 */
export function retrievalScores(
  { strongest, ids, emitted }: StrongestKeys,
  needles: [number, number][],
): Float32Array {
  const steps = emitted.length;
  const tokens = needles.reduce((sum, [from, to]) => sum + to - from, 0);
  return Float32Array.from({ length: strongest.length / steps }, (_, head) => {
    const copied = new Set<number>();
    for (let step = 0; step < steps; step++) {
      const key = strongest[head * steps + step];
      const inNeedle = needles.some(([from, to]) => key >= from && key < to);
      if (inNeedle && ids[key] === emitted[step]) copied.add(key);
    }
    return copied.size / tokens;
  });
}
