import { describe, expect, test } from 'vitest';
import { lserve } from './lserve';
import { quest } from './quest';
import { range } from './range';
import { entriesOf, randomRun, readLists, SHAPE, TINY, viewOf } from './testing';

describe('lserve', () => {
  test('with one logical page in a page it is Quest', () => {
    const run = randomRun(SHAPE, 200, 1).view(0, 0);
    const lists = readLists(lserve({ page: 16, budget: 80, interval: 1, dense: 0 }, SHAPE), run);
    const values = { page: 16, budget: 80, dense: 0, firstPage: 'off' } as const;
    expect(lists).toEqual(readLists(quest(values, SHAPE), run));
  });

  /** 160 entries of zeros in pages of 32, but for these keys. */
  const sparse = (keys: Record<number, number[]>, length = 160) =>
    entriesOf(range(0, length).map((i) => keys[i] ?? [0, 0]));

  test('extremes are taken over 16 entries, so that two half-matches do not make a match', () => {
    // Page 0 holds (3, 0) and (0, 3), 20 entries apart: bounds 3 and 3, together they would make 6.
    const entries = sparse({ 2: [3, 0], 22: [0, 3], 40: [2, 2], 70: [4, 0] });
    const view = viewOf([[1, 1]], [entries]);
    const method = lserve({ page: 32, budget: 96, interval: 1, dense: 0 }, TINY);
    expect(readLists(method, view)).toEqual([[...range(32, 96), ...range(128, 160)]]);
  });

  test('a page ranks by its best logical page, not by their sum', () => {
    const entries = sparse({ 2: [2, 0], 22: [2, 0], 40: [3, 0], 70: [3, 0] });
    const method = lserve({ page: 32, budget: 96, interval: 1, dense: 0 }, TINY);
    const view = viewOf([[1, 0]], [entries]);
    expect(readLists(method, view)).toEqual([[...range(32, 96), ...range(128, 160)]]);
  });

  test('a selection serves `interval` steps, while the newest pages grow', () => {
    const method = lserve({ page: 32, budget: 96, interval: 3, dense: 0 }, TINY);
    const keys = { 2: [1, 0], 40: [1, 0], 70: [0, 1], 100: [0, 1] };
    const step = (index: number, query: number[], length: number) =>
      readLists(method, viewOf([query], [sparse(keys, length)], { step: index }))[0];
    const early = range(0, 64);
    expect(step(0, [1, 0], 159)).toEqual([...early, ...range(128, 159)]);
    expect(step(1, [0, 1], 160)).toEqual([...early, ...range(128, 160)]);
    expect(step(2, [0, 1], 161)).toEqual([...early, ...range(128, 161)]);
    expect(step(3, [0, 1], 162)).toEqual([...range(64, 128), 160, 161]);
  });

  test('a list that fits the budget is read in full, until the next selection at least', () => {
    const method = lserve({ page: 32, budget: 120, interval: 2, dense: 0 }, TINY);
    const read = (step: number, length: number) =>
      readLists(method, viewOf([[1, 0]], [sparse({}, length)], { step }))[0];
    expect(read(0, 120)).toEqual(range(0, 120));
    expect(read(1, 121)).toEqual(range(0, 121));
    expect(read(2, 122)).toEqual(range(32, 122));
  });

  test('the first layers read everything', () => {
    const method = lserve({ page: 32, budget: 96, interval: 1, dense: 1 }, TINY);
    expect(method.select(viewOf([[1, 0]], [sparse({})]))).toBeNull();
  });

  test('a head with few entries reads them while another selects', () => {
    const method = lserve(
      { page: 32, budget: 96, interval: 1, dense: 0 },
      { ...TINY, heads: 2, kvHeads: 2 },
    );
    const view = viewOf(
      [
        [1, 0],
        [1, 0],
      ],
      [sparse({ 40: [1, 0], 70: [1, 0] }), sparse({}, 20)],
    );
    expect(readLists(method, view)).toEqual([[...range(32, 96), ...range(128, 160)], range(0, 20)]);
  });
});
