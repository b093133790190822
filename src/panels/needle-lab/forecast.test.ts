import { expect, test } from 'vitest';
import type { SampleOutcome, SweepPlan } from '../../needle/sweep/plan';
import { predictRun, predictRuns, runsOf, timedRuns } from './forecast';

const PLAN = {
  lengths: [64, 256],
  depths: [0, 50, 100],
  strategies: [{}, {}],
  samples: 2,
} as SweepPlan;

const done = (length: number, ms: number) =>
  ({
    length,
    result: { promptTokens: length, prefillMs: ms - 10, decodeMs: 10 },
  }) as SampleOutcome;
const failed = { length: 64, trouble: {} } as SampleOutcome;

test('counts the runs of a plan', () => {
  expect(runsOf(PLAN)).toBe(24);
});

test('a run like one that was made takes as long, others in proportion to the nearest', () => {
  const known = timedRuns([done(64, 100), done(64, 120), failed, done(256, 1000)]);
  expect(known).toHaveLength(3);
  expect(predictRun(64, known)).toBeCloseTo(110);
  expect(predictRun(70, known)).toBeCloseTo((110 / 64) * 70);
  expect(predictRun(512, known)).toBeCloseTo(2000);
  expect(predictRun(512, [])).toBeNull();
  expect(predictRuns([64, 64, 512], known)).toBeCloseTo(2220);
  expect(predictRuns([64], [])).toBeNull();
});
