import { expect, test } from 'vitest';
import { curvePoints, highestPoints } from './curve-points';

const NONE = Number.NaN;

test('each column of pixels shows its largest value; those without one are left out', () => {
  const values = Float32Array.of(1, 3, 2, NONE, NONE, NONE, 0, NONE);
  expect(curvePoints(values, 3)).toEqual([
    { position: 1, value: 3 },
    { position: 6, value: 0 },
  ]);
  expect(curvePoints(values, 100).map(({ position }) => position)).toEqual([0, 1, 2, 6]);
  expect(curvePoints(new Float32Array(0), 10)).toEqual([]);
});

test('the highest positions in order', () => {
  const values = Float32Array.of(NONE, 2, 5, 2, 4);
  expect(highestPoints(values, 3).map(({ position }) => position)).toEqual([2, 4, 1]);
});
