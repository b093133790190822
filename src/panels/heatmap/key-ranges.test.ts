import { expect, test } from 'vitest';
import { CELL_EVICTED, CELL_FUTURE, CELL_SKIPPED } from '../../worker/protocol';
import { countKinds, rangesWithoutWeight } from './key-ranges';

const ROW = Float32Array.of(
  0.25,
  CELL_SKIPPED,
  CELL_SKIPPED,
  CELL_EVICTED,
  0,
  CELL_SKIPPED,
  0.75,
  CELL_FUTURE,
);

test('keys without a weight are told in ranges, each with its reason', () => {
  expect(rangesWithoutWeight(ROW)).toEqual([
    { kind: 'left-out', keys: [1, 3] },
    { kind: 'evicted', keys: [3, 4] },
    { kind: 'left-out', keys: [5, 6] },
  ]);
});

test('every key is of one kind, and a computed weight may be zero', () => {
  expect(countKinds(ROW)).toEqual({ computed: 3, 'left-out': 3, evicted: 1, future: 1 });
});
