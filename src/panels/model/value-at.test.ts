import { expect, test } from 'vitest';
import { valueAt } from './value-at';

test.each([
  [0, null],
  [9, null],
  [10, 0.5],
  [19, 0.5],
  [20, 0.75],
  [1000, 0.75],
])('a curve at %i tokens has its last value', (tokens, value) => {
  const points: [number, number][] = [
    [10, 0.5],
    [20, 0.75],
  ];
  expect(valueAt({ name: 'held', points }, tokens)).toBe(value);
});
