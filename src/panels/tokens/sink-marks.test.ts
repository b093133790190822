import { expect, test } from 'vitest';
import type { SinkReport } from '../../worker/protocol';
import { sinkMarks } from './sink-marks';

const REPORT = {
  threshold: 0.1,
  firstSink: { position: 0, share: 0.25 },
  hidden: [
    { layer: 2, head: 1, position: 7, mean: 0.2, rows: 90 },
    { layer: 3, head: 0, position: 7, mean: 0.35, rows: 90 },
    { layer: 1, head: 5, position: 9, mean: 0.15, rows: 88 },
  ],
} as SinkReport;

test('marks the first sink and the hidden ones, and names the head with the largest weight', () => {
  const { positions, describe } = sinkMarks(REPORT);
  expect([...positions]).toEqual([0, 7, 9]);
  expect(describe(0)).toBe('the first sink');
  expect(describe(7)).toBe(
    'hidden sink of head 3.0 and of 1 more heads: mean weight 0.3500, above 0.1',
  );
  expect(describe(9)).toContain('head 1.5: mean weight 0.1500');
  expect(describe(8)).toBeNull();
});

test('a position that no head leans on is no sink, even where the most gathers', () => {
  const weak = { ...REPORT, hidden: [], firstSink: { position: 0, share: 0 } };
  expect(sinkMarks(weak).positions.size).toBe(0);
  expect(sinkMarks(null).describe(0)).toBeNull();
});
