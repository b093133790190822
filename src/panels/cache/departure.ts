import type { CacheHistory } from '../../worker/protocol';
import { formatCount } from '../parts/numbers';
import { quoted } from '../parts/token-text';

/** As the step at which an entry left: it is still there. */
export const NEVER = 0xffffffff;

/** How an entry left; null: it is still there. */
export interface Departure {
  position: number;
  /** Position of the first row that could no longer see it. */
  step: number;
  /** The score by which it was dropped; null: by another rule. */
  score: number | null;
  /** The lowest score that was enough to stay; null: none stayed for its score alone. */
  lowestKept: number | null;
}

export function departureOf(
  { evictedAt, lostScore, lowestKept }: CacheHistory,
  position: number,
): Departure | null {
  const step = evictedAt[position] ?? NEVER;
  if (step === NEVER) return null;
  // Of a live run, entries may already be marked that leave at a step after those that were asked for.
  const known = (score: number | undefined = Number.NaN) => (Number.isNaN(score) ? null : score);
  return {
    position,
    step,
    score: known(lostScore[position]),
    lowestKept: known(lowestKept[step]),
  };
}

/** All that left up to a row, the newest first. */
export function departuresUpTo(history: CacheHistory, row: number): Departure[] {
  const gone = [...history.evictedAt.keys()].filter((key) => history.evictedAt[key] <= row);
  gone.sort((a, b) => history.evictedAt[b] - history.evictedAt[a] || b - a);
  return gone.flatMap((key) => departureOf(history, key) ?? []);
}

/** The last that left up to a row; of those that left together, the newest. */
export function newestDeparture(history: CacheHistory, row: number): Departure | null {
  const { evictedAt } = history;
  let newest: number | null = null;
  for (let key = 0; key < evictedAt.length; key++) {
    if (evictedAt[key] > row) continue;
    if (newest === null || evictedAt[key] >= evictedAt[newest]) newest = key;
  }
  return newest === null ? null : departureOf(history, newest);
}

/** What became of an entry by the time of a row, in a few words. */
export function describeAt(history: CacheHistory, position: number, row: number): string {
  if (position > row) return 'comes later';
  const departure = departureOf(history, position);
  const age = row - position;
  const held = `held, age ${formatCount(age)} ${age === 1 ? 'token' : 'tokens'}`;
  if (!departure) return held;
  if (departure.step > row) return `${held}; leaves at step ${departure.step}`;
  return `left at step ${departure.step}${describeScore(departure)}`;
}

/** A sentence about one token. */
export function describeDeparture(
  history: CacheHistory,
  position: number,
  row: number,
  piece: string | undefined,
): string {
  return `${quoted(piece)} at position ${position}: ${describeAt(history, position, row)}.`;
}

function describeScore({ score, lowestKept, step }: Departure): string {
  if (score === null) return '';
  const bar =
    lowestKept === null ? '' : ` (lowest kept at step ${step}: ${formatScore(lowestKept)})`;
  return ` with score ${formatScore(score)}${bar}`;
}

/** Scores of a policy may be sums over thousands of queries, or shares of one weight. */
export function formatScore(score: number): string {
  return String(Number(score.toPrecision(4)));
}
