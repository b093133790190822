import type { CellSummary, SampleMeans, Tally } from '../../needle/sweep/plan';
import { formatBytes, formatCount, formatMs, formatPercent } from '../parts/numbers';

/** Whole percent, for inside a cell: the legend says the unit. */
export function percentIn(accuracy: number): string {
  return String(Math.round(accuracy * 100));
}

/** Percentage points with their sign. */
export function pointsIn(difference: number): string {
  const points = Math.round(difference * 100);
  return points > 0 ? `+${points}` : points < 0 ? `−${-points}` : '0';
}

/** "40 % (95 %: 11.8–76.9 %, n = 5)" */
export function accuracyText({ accuracy, interval, done }: Tally): string {
  if (accuracy === null || interval === null) return 'no answer yet';
  const [low, high] = interval.map((end) => formatPercent(end).replace(' %', ''));
  return `${formatPercent(accuracy)} (95 %: ${low}–${high} %, n = ${done})`;
}

/** Share of the answered samples whose answer was wrong with part of the needle gone from the cache. */
export function lostShare({ lost, done }: Tally): number {
  return done > 0 ? lost / done : 0;
}

/** Where a cell is: "512 tokens, depth 50 %". */
export function placeText({ length, depth }: { length: number; depth: number }): string {
  return `${formatCount(length)} tokens, depth ${depth} %`;
}

/**
 * All that is known of a cell, line by line.
 * @param reference accuracy of the first strategy in the same cell, where the difference is shown
 */
export function describeCell(
  cell: CellSummary,
  title: string,
  reference: number | null = null,
): string[] {
  const { done, failed, planned, accuracy, mean, trouble } = cell;
  const lines = [`${title} · ${placeText(cell)}`];
  if (done > 0) lines.push(`accuracy ${accuracyText(cell)}`);
  else lines.push(failed > 0 ? 'no result' : 'not run yet');
  if (reference !== null && accuracy !== null) {
    lines.push(
      `${pointsIn(accuracy - reference)} points against ${formatPercent(reference)} of the first`,
    );
  }
  if (done > 0) lines.push(wrongText(cell));
  if (done + failed < planned) lines.push(`${done + failed} of ${planned} samples done`);
  if (failed > 0 && trouble) lines.push(`${failed} failed: ${trouble.what}`);
  if (mean) lines.push(meansText(mean));
  return lines;
}

function wrongText({ done, correct, lost, cannot }: Tally): string {
  if (correct === done) return `all ${done} found`;
  const reasons = [
    ...(lost > 0 ? [`${lost} with part of the needle gone from the cache`] : []),
    ...(cannot > 0 ? [`${cannot} with all of it in the cache`] : []),
  ];
  return `${done - correct} wrong: ${reasons.join(', ')}`;
}

function meansText({ held, kvBytes, denseBytes, prefillMs, stepMs }: SampleMeans): string {
  return [
    `needle held ${formatPercent(held)}`,
    `cache ${formatBytes(kvBytes)} of ${formatBytes(denseBytes)}`,
    `prefill ${formatMs(prefillMs)}`,
    ...(stepMs === null ? [] : [`${formatMs(stepMs)}/token`]),
  ].join(' · ');
}
