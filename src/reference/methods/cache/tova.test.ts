import { expect, test } from 'vitest';
import { entryAt, rowsOf } from '../../testing';
import { tova } from './tova';

const SHAPE = { layers: 1, heads: 2, kvHeads: 2, headDim: 2 };
const PARTS = { length: 4, context: 4, documents: [] };
const LIST = [0, 1, 2, 3].map(entryAt);

function kept(budget: number, ...newest: number[][]): number[][] | undefined {
  const method = tova({ budget, protocol: 'prompt' }, SHAPE);
  const weights = newest.map((row) => rowsOf([0.1, 0.9], row));
  method.observe?.({ layer: 0, start: 2, weights, parts: PARTS });
  return method.compress?.([[LIST, LIST]])[0].map((list) => list.map(({ position }) => position));
}

test('what the newest row ignores leaves, in all heads; of equals the older', () => {
  // Means over the heads: .5 .1 .3 .1
  const rows = [
    [0.9, 0.05, 0, 0.05],
    [0.1, 0.15, 0.6, 0.15],
  ];
  expect(kept(3, ...rows)).toEqual([
    [0, 2, 3],
    [0, 2, 3],
  ]);
  expect(kept(1, ...rows)).toEqual([[0], [0]]);
});

test('the newest entry competes like any other', () => {
  const row = [0.4, 0.3, 0.2, 0.1];
  expect(kept(3, row, row)).toEqual([
    [0, 1, 2],
    [0, 1, 2],
  ]);
});

test('a row replaces the one before', () => {
  const method = tova({ budget: 1, protocol: 'prompt' }, SHAPE);
  for (const row of [
    [0, 1],
    [1, 0],
  ]) {
    method.observe?.({ layer: 0, start: 1, weights: [rowsOf(row), rowsOf(row)], parts: PARTS });
  }
  expect(method.afterTokens?.([[LIST.slice(0, 2)]])).toEqual([[[LIST[0]]]]);
});
