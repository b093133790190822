import { expect, test } from 'vitest';
import type { SampleOutcome, SweepPlan } from '../../needle/sweep/plan';
import type { SweepProgress } from '../../state/needle-lab-state';
import { paceOf } from './pace';

const PLAN = {
  lengths: [100, 300],
  depths: [50],
  strategies: [{ title: 'a' }],
  samples: 2,
} as SweepPlan;
const outcome = (length: number, sample: number) =>
  ({ strategy: 0, length, depth: 50, sample, result: {} }) as SampleOutcome;
const progress = (done: number): SweepProgress => ({
  done,
  total: 4,
  begunAt: 1000,
  doneBefore: 1,
  current: null,
  stopping: false,
});

test('speed counts runs since it went on; the rest counts tokens', () => {
  const outcomes = [outcome(100, 0), outcome(300, 0), outcome(100, 1)];
  // 400 tokens in 2 s, 300 left.
  expect(paceOf(progress(3), PLAN, outcomes, 3000)).toEqual({ perMinute: 60, leftMs: 1500 });
});

test('nothing is known before the first run', () => {
  expect(paceOf(progress(1), PLAN, [outcome(100, 0)], 3000)).toBeNull();
});
