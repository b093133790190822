import { expect, test } from 'vitest';
import { HOLES, type ReferenceTile, referenceTile } from './tile';

const { evicted, skipped, future } = HOLES;
/** [layer][head] at query 1, key 0. */
const PAIR = [
  [0.5, evicted, 0.1],
  [skipped, skipped, 0.4],
];
const ONE: ReferenceTile = {
  layers: [0, 1],
  heads: [0, 1, 2],
  overLayers: 'mean',
  overHeads: 'mean',
  queries: [1, 2],
  keys: [0, 1],
  rows: 1,
  columns: 1,
  pooling: 'max',
};

test.each([
  ['mean', 'mean', (0.3 + 0.4) / 2],
  ['mean', 'max', (0.5 + 0.4) / 2],
  ['max', 'mean', 0.4],
  ['max', 'max', 0.5],
] as const)(
  '%s of layers, %s of heads: heads first, over those that saw the pair',
  (overLayers, overHeads, expected) => {
    const tile = { ...ONE, overLayers, overHeads };
    expect(referenceTile(tile, (layer, head) => PAIR[layer][head])[0][0]).toBeCloseTo(expected, 12);
  },
);

test('where no head saw a pair its hole stays: evicted before skipped before future', () => {
  const holeOf = (...values: number[]) =>
    referenceTile({ ...ONE, layers: [0], heads: [...values.keys()] }, (_, head) => values[head]);
  expect(holeOf(skipped, skipped)).toEqual([[skipped]]);
  expect(holeOf(skipped, evicted)).toEqual([[evicted]]);
  expect(holeOf(future, future)).toEqual([[future]]);
  expect(holeOf(future, skipped, 0)).toEqual([[0]]);
});

test('cells are cut as evenly as whole numbers allow', () => {
  const tile = { ...ONE, queries: [0, 1], keys: [2, 7], columns: 2 } as ReferenceTile;
  const layers = { layers: [0], heads: [0] };
  expect(referenceTile({ ...tile, ...layers }, (_l, _h, _q, key) => key / 10)).toEqual([
    [0.3, 0.6],
  ]);
  expect(
    referenceTile({ ...tile, ...layers, pooling: 'mean' }, (_l, _h, _q, key) => key)[0],
  ).toEqual([2.5, 5]);
});
