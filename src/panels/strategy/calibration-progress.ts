import type { CalibrationProgress } from '../../state/page-store';
import { formatCount, formatMs, formatShort } from '../parts/numbers';

/** What is measured, how much of it, how fast, and for how long still. */
export function describeCalibration(
  { done, total, what, begunAt }: CalibrationProgress,
  now: number,
): string {
  const parts = [`Calibrating: ${what}`];
  if (total > 0) parts.push(`${formatCount(done)} of ${formatCount(total)}`);
  const elapsedMs = now - begunAt;
  if (done > 0 && elapsedMs > 0) {
    parts.push(`${formatShort((done * 1000) / elapsedMs)}/s`);
    parts.push(`${formatMs((elapsedMs * (total - done)) / done)} left`);
  }
  return parts.join(' · ');
}
