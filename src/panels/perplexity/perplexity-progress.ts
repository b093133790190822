import type { PerplexityState } from '../../state/perplexity';
import { runOf } from '../../state/perplexity';
import { formatCount, formatMs, formatShort } from '../parts/numbers';

export interface MeasuringProgress {
  /** In tokens, of all strategies that were asked for. */
  done: number;
  total: number;
  /** Who is being measured, how far, how fast, and for how long still. */
  text: string;
}

/** How far a measurement is; null: nothing is measured. */
export function measuringProgress({
  measured,
  measuring,
}: PerplexityState): MeasuringProgress | null {
  if (!measured || !measuring) return null;
  const { tokens } = measured;
  const runs = measuring.flatMap((title) => runOf(measured, { title }) ?? []);
  // What failed is over, however far it came.
  const done = runs.reduce((sum, { read, trouble }) => sum + (trouble ? tokens : read), 0);
  const total = tokens * measuring.length;
  const current = runs.findLast(({ read }) => read > 0);
  if (!current) return { done, total, text: 'Preparing …' };
  const parts = [`${current.title}: ${formatCount(current.read)} of ${formatCount(tokens)} tokens`];
  if (current.ms > 0) {
    parts.push(`${formatShort((current.read * 1000) / current.ms)}/s`);
    parts.push(`${formatMs(((total - done) * current.ms) / current.read)} left`);
  }
  return { done, total, text: parts.join(' · ') };
}
