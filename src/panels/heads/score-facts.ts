import type { HeadScore } from '../../state/head-view';
import type { HeadScores } from '../../worker/protocol';
import { formatCount, formatShort } from '../parts/numbers';

/** How a score is called, what it says, and how its numbers are written. */
export interface ScoreFacts {
  title: string;
  /** One line under the title. */
  means: string;
  /** Behind a number; empty: a share from 0 to 1. */
  unit: string;
  /** In a cell of the grid, where there is room for four digits. */
  inCell(value: number): string;
  /** What the numbers are computed from. */
  counted(scores: HeadScores): string;
}

const ofQueries = ({ queries }: HeadScores) => `${formatCount(queries)} queries`;
const ofSteps = ({ steps }: HeadScores) => `${formatCount(steps)} steps`;
const ofRows = ({ queries, sampledRows }: HeadScores) =>
  sampledRows < queries
    ? `${formatCount(sampledRows)} of ${formatCount(queries)} queries`
    : `${formatCount(queries)} queries`;
const ofRandomText = () => 'repeated random text, measured once';

const asShare = (value: number) => value.toFixed(2);
const asNumber = (value: number) => String(Number(value.toPrecision(2)));

export const SCORE_FACTS: Record<HeadScore, ScoreFacts> = {
  retrieval: {
    title: 'retrieval score',
    means: 'share of the needle’s tokens copied while the head looked at them',
    unit: '',
    inCell: asShare,
    counted: ofSteps,
  },
  copy: {
    title: 'copy score',
    means: 'share of steps whose strongest key holds the token that was written',
    unit: '',
    inCell: asShare,
    counted: ofSteps,
  },
  sink: {
    title: 'sink score',
    means: 'mean weight on the first token',
    unit: '',
    inCell: asShare,
    counted: ofQueries,
  },
  entropy: {
    title: 'entropy',
    means: '0: one key gets all, 1: all keys get the same',
    unit: '',
    inCell: asShare,
    counted: ofRows,
  },
  distance: {
    title: 'mean distance',
    means: 'how far back a query looks on average',
    unit: 'tokens',
    inCell: asNumber,
    counted: ofRows,
  },
  influence: {
    title: 'influence (FAI)',
    means: 'mean weight from queries 10 to 100 tokens later',
    unit: '',
    inCell: (value) => (value < 0.1 ? value.toFixed(3).slice(1) : asShare(value)),
    counted: ofQueries,
  },
  induction: {
    title: 'induction score',
    means: 'mean weight on the token after the earlier copy of this one',
    unit: '',
    inCell: asShare,
    counted: ofRandomText,
  },
  echo: {
    title: 'echo score',
    means: 'mean weight on the earlier copy of this token',
    unit: '',
    inCell: asShare,
    counted: ofRandomText,
  },
  class: {
    title: 'head class in use',
    means: 'entries that the newest query sees in its KV head; w: a window',
    unit: 'entries',
    inCell: (value) => String(value),
    counted: () => 'in the cache now',
  },
};

/** What a head's cache lets its newest query see: in a cell, and in words. */
export function describeClass(
  { tokens, seen, windowed }: { tokens: number; seen: number; windowed: boolean },
  kvHead: number,
): [string, string] {
  const of = `of KV head ${kvHead}`;
  if (seen === tokens) return ['full', `full, all ${formatCount(tokens)} entries ${of}`];
  const some = `${formatCount(seen)} of ${formatCount(tokens)} entries ${of}`;
  return windowed ? [`w ${seen}`, `window, ${some}`] : [String(seen), some];
}

/**
 * The largest value that the colours reach: shares have the same scale in every run, entries end at the text's.
 * null: not known before there are values.
 */
export function scaleEnd(
  score: HeadScore,
  values: ArrayLike<number> | null,
  tokens: number,
): number | null {
  if (score === 'class') return tokens > 0 ? tokens : null;
  if (score !== 'distance' && score !== 'influence') return 1;
  const known = Array.from(values ?? []).filter((value) => !Number.isNaN(value));
  return known.length > 0 ? Math.max(...known, 1e-9) : null;
}

/** A value in a sentence. */
export function scoreText(score: HeadScore, value: number): string {
  if (Number.isNaN(value)) return 'not measured';
  const { unit } = SCORE_FACTS[score];
  return unit === '' ? value.toFixed(3) : `${formatShort(value)} ${unit}`;
}
