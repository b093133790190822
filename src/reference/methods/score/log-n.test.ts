import { expect, test } from 'vitest';
import { logN } from './log-n';

test('the factor of Entropy-ABF: 1 within the trained length, then the ratio of logarithms', () => {
  const { queryScale } = logN({ trained: 4096, from: 2, clamp: 'on' });
  expect(queryScale?.(2, 8191)).toBeCloseTo(1.0833, 4);
  expect(queryScale?.(2, 4095)).toBe(1);
  expect(queryScale?.(2, 0)).toBe(1);
  expect(queryScale?.(1, 8191)).toBe(1);
});

test('without the clamp early queries shrink', () => {
  const { queryScale } = logN({ trained: 4096, from: 0, clamp: 'off' });
  expect(queryScale?.(0, 63)).toBeCloseTo(0.5, 12);
  expect(queryScale?.(0, 8191)).toBeCloseTo(1.0833, 4);
});
