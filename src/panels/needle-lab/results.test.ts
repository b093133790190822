import { expect, test } from 'vitest';
import type { SampleOutcome, SweepPlan } from '../../needle/sweep/plan';
import { comparisonOf, resultsOf } from './results';

const PLAN = {
  lengths: [64, 128, 256],
  depths: [0, 100],
  strategies: [{ title: 'a' }, { title: 'b' }],
  samples: 1,
} as SweepPlan;

const outcome = (strategy: number, length: number, depth: number, correct: boolean) =>
  ({
    strategy,
    length,
    depth,
    sample: 0,
    result: { correct, score: 1, held: 1, kvBytes: { peak: 2, end: 1, dense: 2 }, generated: 1 },
  }) as SampleOutcome;

test('a grid has a row a depth and a column a length', () => {
  const { grids, strategies } = resultsOf(PLAN, [outcome(1, 256, 100, true)]);
  expect(grids[1].map((row) => row.map(({ depth, length }) => [depth, length]))).toEqual([
    [
      [0, 64],
      [0, 128],
      [0, 256],
    ],
    [
      [100, 64],
      [100, 128],
      [100, 256],
    ],
  ]);
  expect(grids[1][1][2].accuracy).toBe(1);
  expect(grids[0][1][2].accuracy).toBeNull();
  expect(strategies.map(({ done }) => done)).toEqual([0, 1]);
});

test('a cell without news stays the same object', () => {
  const first = [outcome(0, 64, 0, true)];
  const before = resultsOf(PLAN, first);
  const after = resultsOf(PLAN, [...first, outcome(0, 64, 100, false)], before);
  const news = after.list.filter((cell, at) => cell !== before.list[at]);
  expect(news.map(({ strategy, length, depth }) => [strategy, length, depth])).toEqual([
    [0, 64, 100],
  ]);
});

test('strategies are compared over the prompts of both, what came last counting', () => {
  const outcomes = [
    outcome(0, 64, 0, false),
    outcome(0, 64, 0, true),
    outcome(1, 64, 0, false),
    outcome(1, 128, 0, true),
  ];
  const { summaries, prompts } = comparisonOf(PLAN, outcomes, null);
  expect(prompts).toBe(1);
  expect(summaries.map(({ accuracy }) => accuracy)).toEqual([1, 0]);
  expect(comparisonOf(PLAN, outcomes, 128).prompts).toBe(0);
});
