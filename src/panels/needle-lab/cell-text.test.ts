import { expect, test } from 'vitest';
import type { CellSummary } from '../../needle/sweep/plan';
import { describeCell, pointsIn } from './cell-text';

const EMPTY: CellSummary = {
  strategy: 1,
  length: 1024,
  depth: 50,
  planned: 5,
  done: 0,
  correct: 0,
  accuracy: null,
  interval: null,
  lost: 0,
  cannot: 0,
  failed: 0,
  trouble: null,
  mean: null,
};

test('a cell says accuracy, interval, n, and why answers were wrong', () => {
  const cell: CellSummary = {
    ...EMPTY,
    done: 4,
    correct: 1,
    accuracy: 0.25,
    interval: [0.0456, 0.6994],
    lost: 2,
    cannot: 1,
    failed: 1,
    trouble: { code: 'internal', what: 'The device went away.', advice: '', actions: [] },
    mean: {
      score: 0.25,
      realisedDepth: 48,
      held: 0.625,
      kvBytes: 1_000_000,
      peakBytes: 2_000_000,
      denseBytes: 4_000_000,
      density: 1,
      prefillMs: 500,
      stepMs: 20,
    },
  };
  expect(describeCell(cell, 'SnapKV', 0.75)).toEqual([
    'SnapKV · 1,024 tokens, depth 50 %',
    'accuracy 25 % (95 %: 4.56–69.9 %, n = 4)',
    '−50 points against 75 % of the first',
    '3 wrong: 2 with part of the needle gone from the cache, 1 with all of it in the cache',
    '1 failed: The device went away.',
    'needle held 62.5 % · cache 1 MB of 4 MB · prefill 500 ms · 20 ms/token',
  ]);
});

test('a cell that was not run says so', () => {
  expect(describeCell(EMPTY, 'Dense')).toEqual([
    'Dense · 1,024 tokens, depth 50 %',
    'not run yet',
    '0 of 5 samples done',
  ]);
});

test('differences carry their sign', () => {
  expect([0.4, -0.4, 0.001].map(pointsIn)).toEqual(['+40', '−40', '0']);
});
