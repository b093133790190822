import { expect, test } from 'vitest';
import { columnSums, diagonalSums, lastRows } from './last-rows';
import { chunkOf, ONE_HEAD, scalarView } from './testing';

// Zero scores: each row spreads its weight evenly.
const even = scalarView([0, 0, 0, 0], [1, 2, 3, 4]);

test('the last rows of a chunk, to each its own keys', () => {
  const rows = lastRows(even, 0, ONE_HEAD, 2);
  expect(rows).toEqual([
    { position: 2, weights: [1 / 3, 1 / 3, 1 / 3] },
    { position: 3, weights: [1 / 4, 1 / 4, 1 / 4, 1 / 4] },
  ]);
  expect(lastRows(chunkOf(even, 2, 4), 0, ONE_HEAD, 9)).toEqual(rows);
});

test('scores are scaled by the root of the head size', () => {
  const view = scalarView([0, Math.log(3)], [0, 1]);
  expect(lastRows(view, 0, ONE_HEAD, 1)[0].weights[1]).toBeCloseTo(3 / 4, 12);
  const wide = { ...view, queries: [[Float64Array.of(0, 0, 0, 0), Float64Array.of(2, 0, 0, 0)]] };
  wide.keys = [[Float64Array.of(0, 0, 0, 0), Float64Array.of(Math.log(3), 0, 0, 0)]];
  expect(lastRows(wide, 0, ONE_HEAD, 1)[0].weights[1]).toBeCloseTo(3 / 4, 12);
});

test('sums over columns and over diagonals', () => {
  const rows = [
    { position: 1, weights: [0.25, 0.75] },
    { position: 2, weights: [0.5, 0.125, 0.375] },
  ];
  expect(columnSums(rows, 3)).toEqual([0.75, 0.875, 0.375]);
  expect(diagonalSums(rows, 3)).toEqual([0.75 + 0.375, 0.25 + 0.125, 0.5]);
});
