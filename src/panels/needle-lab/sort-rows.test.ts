import { expect, test } from 'vitest';
import { sortRows } from './sort-rows';

const ROWS = [
  ['b', 10],
  ['a', null],
  ['c', 9],
  ['d', 10],
];
const names = (column: number, falling: boolean) =>
  sortRows(ROWS, { column, falling }).map(([name]) => name);

test('numbers sort as numbers, texts as texts, and the unknown comes last', () => {
  expect(names(1, false)).toEqual(['c', 'b', 'd', 'a']);
  expect(names(1, true)).toEqual(['b', 'd', 'c', 'a']);
  expect(names(0, true)).toEqual(['d', 'c', 'b', 'a']);
});
