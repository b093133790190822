import { expect, test } from 'vitest';
import { entriesOfPages, pageBudget, pagesOf, scoreBound } from './pages';
import { range } from './range';
import { attentionScores } from './scores';
import { entriesOf, randomRun, SHAPE, vector } from './testing';

test('a bound takes the better extreme of each channel', () => {
  const page = entriesOf([
    [1, -2],
    [3, 5],
    [2, 0],
  ]);
  expect(scoreBound(vector(1, 1), page)).toBe(8);
  expect(scoreBound(vector(-1, 2), page)).toBe(-1 + 10);
  expect(scoreBound(vector(1, -1), page)).toBe(3 + 2);
});

test('no key of a page scores above its bound; a single key scores just that', () => {
  const { queries, entries } = randomRun(SHAPE, 100, 1).view(0, 0);
  for (const query of queries) {
    for (const page of pagesOf(entries[0], 16)) {
      const scores = attentionScores(query, page).map((score) => score * Math.sqrt(SHAPE.headDim));
      expect(scoreBound(query, page)).toBeGreaterThan(Math.max(...scores));
      expect(scoreBound(query, page.slice(0, 1))).toBeCloseTo(scores[0], 12);
    }
  }
});

test('the last page may be short', () => {
  const entries = entriesOf(range(0, 7).map((i) => [i]));
  expect(pagesOf(entries, 3).map((page) => page.map(({ position }) => position))).toEqual([
    [0, 1, 2],
    [3, 4, 5],
    [6],
  ]);
  expect(entriesOfPages([0, 2], 3, 7)).toEqual([0, 1, 2, 6]);
});

test('a budget pays for whole pages, and for three at least', () => {
  expect([0, 48, 63, 64, 100].map((budget) => pageBudget(budget, 16))).toEqual([3, 3, 3, 4, 6]);
});
