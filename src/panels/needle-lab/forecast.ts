import type { SampleOutcome, SweepPlan } from '../../needle/sweep/plan';

/** A run that was made: tokens of its prompt and how long it took. */
export interface TimedRun {
  tokens: number;
  ms: number;
}

export function runsOf({
  lengths,
  depths,
  strategies,
  samples,
}: Pick<SweepPlan, 'depths' | 'lengths' | 'samples'> & { strategies: unknown[] }): number {
  return lengths.length * depths.length * strategies.length * samples;
}

/** Runs of a sweep that were really made, with their times. */
export function timedRuns(outcomes: SampleOutcome[]): TimedRun[] {
  return outcomes.flatMap((outcome) =>
    'result' in outcome
      ? [
          {
            tokens: outcome.result.promptTokens,
            ms: outcome.result.prefillMs + outcome.result.decodeMs,
          },
        ]
      : [],
  );
}

/**
 * How long one run of a length should take, in milliseconds: the mean of the known runs whose length is nearest
 * (by ratio), in proportion to the tokens; null where no run is known.
 */
export function predictRun(length: number, known: TimedRun[]): number | null {
  const distance = ({ tokens }: TimedRun) => Math.abs(Math.log(tokens / length));
  const nearest = Math.min(...known.map(distance));
  const like = known.filter((run) => distance(run) === nearest);
  if (like.length === 0) return null;
  const perToken = like.reduce((sum, { tokens, ms }) => sum + ms / tokens, 0) / like.length;
  return perToken * length;
}

/**
 * Time that a sweep still takes, in milliseconds; null where no run is known.
 * @param lengths tokens of each run that is still to be made
 */
export function predictRuns(lengths: number[], known: TimedRun[]): number | null {
  if (known.length === 0) return null;
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].reduce(
    (sum, [length, count]) => sum + count * (predictRun(length, known) ?? 0),
    0,
  );
}
