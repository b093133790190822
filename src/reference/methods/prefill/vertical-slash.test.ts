import { expect, test } from 'vitest';
import { range } from '../decode/range';
import {
  chunkOf,
  keysOfRow,
  needleView,
  ONE_HEAD,
  pairsOf,
  slashView,
  viewOf,
  WIDE_HEAD,
} from './testing';
import { verticalSlash } from './vertical-slash';

const oneHot = (hot: number, size: number) =>
  Float64Array.from({ length: ONE_HEAD.headDim }, (_, i) => (i === hot ? size : 0));

/** Eight tokens; queries want the key `distance` before their own. */
const eight = (distance: number) =>
  viewOf(
    [range(0, 8).map((i) => oneHot(i - distance, 20))],
    [range(0, 8).map((i) => oneHot(i, 1))],
  );

const values = { queries: 4, sinks: 1, local: 1, vertical: 1, slash: 2 };

test('column 0 and distances 0 and 2 of eight tokens make twenty pairs', () => {
  const view = eight(2);
  const method = verticalSlash(values, ONE_HEAD);
  const mask = method(view);
  expect(keysOfRow(mask, view, 5)).toEqual([0, 3, 5]);
  expect(keysOfRow(mask, view, 1)).toEqual([0, 1]);
  expect(pairsOf(method, view).size).toBe(20);
});

test('only the last queries of the chunk decide', () => {
  const view = eight(2);
  view.queries[0].splice(0, 4, ...eight(3).queries[0].slice(0, 4));
  const rowOf = (queries: number) =>
    keysOfRow(verticalSlash({ ...values, queries }, ONE_HEAD)(view), view, 3);
  expect(rowOf(4)).toEqual([0, 1, 3]);
  const first = chunkOf(view, 0, 4);
  const mask = verticalSlash({ ...values, queries: 1 }, ONE_HEAD)(first);
  expect(keysOfRow(mask, first, 3)).toEqual([0, 3]);
  const second = chunkOf(view, 4, 8);
  expect(keysOfRow(verticalSlash(values, ONE_HEAD)(second), second, 3)).toEqual([0, 5, 7]);
});

test('forced columns and diagonals count within the budgets, which never fall below them', () => {
  const view = eight(5);
  const rowOf = (changes: Partial<typeof values>) =>
    keysOfRow(verticalSlash({ ...values, ...changes }, ONE_HEAD)(view), view, 7);
  expect(rowOf({ slash: 2 })).toEqual([0, 2, 7]);
  expect(rowOf({ slash: 2, local: 2 })).toEqual([0, 6, 7]);
  expect(rowOf({ slash: 1, local: 3 })).toEqual([0, 5, 6, 7]);
  expect(rowOf({ slash: 1, sinks: 3 })).toEqual([0, 1, 2, 7]);
});

test('a needle is found as a column, a repetition as a diagonal', () => {
  const free = { queries: 8, sinks: 0, local: 1, vertical: 1, slash: 2 };
  const needle = needleView(64, 21);
  const found = keysOfRow(verticalSlash(free, WIDE_HEAD)(needle), needle, 40);
  expect(found).toContain(21);
  const slash = slashView(64, 13);
  const repeated = keysOfRow(verticalSlash(free, WIDE_HEAD)(slash), slash, 40);
  expect(repeated).toContain(40 - 13);
});
