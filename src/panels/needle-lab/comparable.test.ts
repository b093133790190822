import { expect, test } from 'vitest';
import type { SampleOutcome } from '../../needle/sweep/plan';
import { comparableOutcomes } from './comparable';

const outcome = (strategy: number, length: number, sample: number, failed = false) =>
  ({
    strategy,
    length,
    depth: 50,
    sample,
    ...(failed ? { trouble: {} } : { result: {} }),
  }) as SampleOutcome;

test('only prompts that every strategy answered can be compared', () => {
  const outcomes = [
    outcome(0, 64, 0),
    outcome(1, 64, 0),
    outcome(0, 64, 1),
    outcome(1, 64, 1, true),
    outcome(0, 128, 0),
    outcome(1, 128, 0),
    outcome(1, 128, 1),
  ];
  const kept = (length: number | null) =>
    comparableOutcomes(outcomes, 2, length).map((one) => outcomes.indexOf(one));
  expect(kept(null)).toEqual([0, 1, 4, 5]);
  expect(kept(128)).toEqual([4, 5]);
  expect(kept(256)).toEqual([]);
});
