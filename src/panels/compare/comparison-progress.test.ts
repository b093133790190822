import { expect, test } from 'vitest';
import type { Comparison } from '../../state/comparison';
import { emptyReport } from '../../state/run-report';
import { describeComparison } from './comparison-progress';

const comparison = (change: Partial<Comparison>) =>
  ({ phase: 'answering', report: emptyReport(100), progress: null, ...change }) as Comparison;

test('while the second run reads and writes', () => {
  const report = { ...emptyReport(100), prefill: { done: 25, total: 100, ms: 500 } };
  expect(describeComparison(comparison({ report }), 24)).toEqual({
    share: 0.25,
    text: 'B reads 25 of 100 · 50/s · 1.5 s left',
  });
  const generated = [0, 100, 250].map((decodeMs) => ({ id: 1, piece: 'a', decodeMs }));
  const writes = { ...report, prefill: { done: 100, total: 100, ms: 900 }, generated };
  expect(describeComparison(comparison({ report: writes }), 11)).toEqual({
    share: 3 / 11,
    text: 'B writes 3 of 11 · 8/s · ≤ 1 s left',
  });
});

test('while it is fed the first answer, and at the end', () => {
  const phase = 'measuring';
  expect(describeComparison(comparison({ phase }), 24).text).toBe('B is fed A’s answer');
  const progress = { done: 30, total: 120 };
  expect(describeComparison(comparison({ phase, progress }), 24)).toEqual({
    share: 0.25,
    text: 'B is fed A’s answer: 30 of 120 tokens',
  });
  expect(describeComparison(comparison({ phase: 'over' }), 24).share).toBe(0);
});
