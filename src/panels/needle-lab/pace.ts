import type { SampleOutcome, SweepPlan } from '../../needle/sweep/plan';
import { remainingSamples } from '../../needle/sweep/run-sweep';
import type { SweepProgress } from '../../state/needle-lab-state';

export interface Pace {
  /** Runs a minute since the sweep began or went on. */
  perMinute: number;
  /** Until the end, by the time that a token of prompt took: runs differ in length. */
  leftMs: number;
}

/**
 * How fast a sweep is; null before its first run is done.
 * @param now milliseconds of `performance.now()`
 */
export function paceOf(
  { done, doneBefore, begunAt }: SweepProgress,
  plan: SweepPlan,
  outcomes: SampleOutcome[],
  now: number,
): Pace | null {
  const runs = done - doneBefore;
  const elapsed = now - begunAt;
  if (runs === 0 || elapsed <= 0) return null;
  const tokens = (samples: { length: number }[]) =>
    samples.reduce((sum, { length }) => sum + length, 0);
  const msPerToken = elapsed / tokens(outcomes.slice(-runs));
  return {
    perMinute: (runs * 60_000) / elapsed,
    leftMs: msPerToken * tokens(remainingSamples(plan, outcomes)),
  };
}
