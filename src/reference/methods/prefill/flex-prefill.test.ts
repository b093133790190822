import { describe, expect, test } from 'vitest';
import { flexPrefill, rootJensenShannon } from './flex-prefill';
import {
  blocksOfRow,
  causalPairs,
  chunkOf,
  ONE_HEAD,
  pairsOf,
  randomView,
  SHAPE,
  scalarView,
  slashView,
  topicView,
  WIDE_HEAD,
} from './testing';

describe('distance of estimate and truth', () => {
  test('is 0 for equal distributions and √ln 2 for disjoint ones', () => {
    expect(rootJensenShannon([0.2, 0.8, 0], [0.2, 0.8, 0])).toBe(0);
    expect(rootJensenShannon([1, 0], [0, 1])).toBeCloseTo(Math.sqrt(Math.LN2), 12);
  });

  test('is symmetric and within these bounds between them', () => {
    const [a, b] = [
      [0.7, 0.2, 0.1],
      [0.1, 0.3, 0.6],
    ];
    const distance = rootJensenShannon(a, b);
    expect(distance).toBeCloseTo(rootJensenShannon(b, a), 12);
    expect(distance).toBeGreaterThan(0);
    expect(distance).toBeLessThan(Math.sqrt(Math.LN2));
  });
});

describe('even weights over 32 tokens in blocks of 4', () => {
  const zeros = new Array<number>(32).fill(0);
  const view = scalarView(zeros, zeros);
  const blocks = (gamma: number, tau: number, row: number, minimum = 0) =>
    blocksOfRow(flexPrefill({ block: 4, gamma, tau, minimum }, ONE_HEAD)(view), view, row, 4);

  // The last rows give about 1/30 to each key: ten keys exceed 0.3, so 10 / 4 + 1 = 3 blocks of columns and
  // of diagonals. Among equals the newest win: columns and diagonals 0, 5, 6; block 7 has less.
  test('a vertical-slash head covers γ with columns and diagonals', () => {
    expect(blocks(0.3, 0, 7)).toEqual([0, 1, 2, 5, 6, 7]);
    expect(blocks(0.3, 0, 2)).toEqual([0, 2]);
  });

  test('the minimum is a floor in tokens for columns and diagonals', () => {
    expect(blocks(0.1, 0, 7, 12)).toEqual([0, 1, 2, 5, 6, 7]);
    expect(blocks(0.1, 0, 7, 8)).toEqual([0, 1, 6, 7]);
  });

  // Row r gives 1 / (r + 1) to each of its blocks. Rows 0 to 2 hold 3 of the 0.45 · 8 = 3.6; two blocks of
  // row 3 fit into the rest.
  test('a query-aware head covers γ with its best blocks over all rows', () => {
    expect([2, 3, 4, 7].map((row) => blocks(0.45, 1, row))).toEqual([
      [0, 1, 2],
      [0, 2, 3],
      [0, 4],
      [0, 7],
    ]);
  });
});

test('heads are query-aware where topics come in blocks, vertical-slash where text repeats', () => {
  const rule = { block: 16, gamma: 0.6, minimum: 16 };
  const pairs = (view: typeof topics, tau: number) =>
    pairsOf(flexPrefill({ ...rule, tau }, WIDE_HEAD), view).size;
  const topics = topicView(512, 4);
  expect(pairs(topics, 0.1)).toEqual(pairs(topics, 1));
  expect(pairs(topics, 0.1)).not.toEqual(pairs(topics, 0));
  const repeating = slashView(512, 50);
  expect(pairs(repeating, 0.1)).toEqual(pairs(repeating, 0));
  expect(pairs(repeating, 0.1)).not.toEqual(pairs(repeating, 1));
});

test.each([0, 1])('key block 0 and the diagonal block are computed in every row, τ = %s', (tau) => {
  const view = chunkOf(randomView(SHAPE, 85), 48, 85);
  const mask = flexPrefill({ block: 8, gamma: 0.05, tau, minimum: 0 }, SHAPE)(view);
  for (const head of [0, 1, 2, 3]) {
    for (const row of [0, 1, 2, 3, 4]) {
      const chosen = blocksOfRow(mask, view, row, 8, head);
      expect(chosen).toContain(0);
      expect(chosen).toContain(6 + row);
    }
  }
});

test('short texts are dense: two blocks, or the minimum', () => {
  const size = (length: number, minimum: number) => {
    const view = randomView(ONE_HEAD, length);
    const method = flexPrefill({ block: 8, gamma: 0.05, tau: 0, minimum }, ONE_HEAD);
    return pairsOf(method, view).size / causalPairs(view);
  };
  expect(size(16, 0)).toBe(1);
  expect(size(24, 24)).toBe(1);
  expect(size(24, 8)).toBeLessThan(1);
});
