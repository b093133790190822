import { expect, test } from 'vitest';
import { CELL_EVICTED, CELL_FUTURE } from '../../worker/protocol';
import { topDifferences, topKeys } from './top-keys';

test('largest weights first, without cells that have none', () => {
  const weights = Float32Array.of(0.25, CELL_EVICTED, 0.5, 0.25, CELL_FUTURE);
  expect(topKeys(weights, 2)).toEqual([
    { key: 2, weight: 0.5 },
    { key: 0, weight: 0.25 },
  ]);
  expect(topKeys(weights, 10)).toHaveLength(3);
});

test('largest differences first, of either sign, where one row has a weight', () => {
  const row = Float32Array.of(0.25, CELL_EVICTED, 0.5, CELL_EVICTED);
  const other = Float32Array.of(0.25, CELL_EVICTED, 0.125, 0.5);
  expect(topDifferences(row, other, 2)).toEqual([
    { key: 3, value: CELL_EVICTED, compared: 0.5, difference: 0.5 },
    { key: 2, value: 0.5, compared: 0.125, difference: -0.375 },
  ]);
  expect(topDifferences(row, other, 9)).toHaveLength(3);
});
