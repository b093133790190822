import { describe, expect, test } from 'vitest';
import { topIndices } from '../top-k';
import { quest } from './quest';
import { range } from './range';
import { attentionScores } from './scores';
import { entriesOf, randomRun, readLists, SHAPE, TINY, viewOf } from './testing';

describe('quest', () => {
  // Pages of two entries; with q = (1, −1) their bounds are 2, 9, 6, 5 and 1.
  const entries = entriesOf([
    [1, 0],
    [2, 1],
    [9, 9],
    [0, 0],
    [3, 0],
    [4, -2],
    [0, -5],
    [-1, 0],
    [1, 0],
  ]);
  const view = viewOf([[1, -1]], [entries]);

  test('reads the pages of highest bound and the newest page', () => {
    // Page 1 has the highest bound though both of its keys score 0.
    const values = { page: 2, budget: 6, dense: 0, firstPage: 'off' } as const;
    expect(readLists(quest(values, TINY), view)).toEqual([[2, 3, 4, 5, 8]]);
  });

  test('the first page can be forced, at the cost of another', () => {
    const values = { page: 2, budget: 6, dense: 0, firstPage: 'on' } as const;
    expect(readLists(quest(values, TINY), view)).toEqual([[0, 1, 2, 3, 8]]);
  });

  test('never reads fewer than three pages', () => {
    const values = { page: 2, budget: 1, dense: 0, firstPage: 'off' } as const;
    expect(readLists(quest(values, TINY), view)).toEqual([[2, 3, 4, 5, 8]]);
  });

  test('the first layers read everything', () => {
    const method = quest({ page: 2, budget: 6, dense: 2, firstPage: 'off' }, TINY);
    expect([0, 1, 2].map((layer) => method.select({ ...view, layer }))).toEqual([
      null,
      null,
      [[2, 3, 4, 5, 8]],
    ]);
  });

  test('with pages of one entry: the exact top-k of each query head, own entry included', () => {
    const run = randomRun(SHAPE, 80, 1).view(0, 0);
    const lists = readLists(quest({ page: 1, budget: 12, dense: 0, firstPage: 'off' }, SHAPE), run);
    lists.forEach((list, head) => {
      const scores = attentionScores(run.queries[head], run.entries[head >> 1].slice(0, 80));
      expect(list).toEqual([...topIndices(scores, 11), 80]);
    });
    expect(lists[0]).not.toEqual(lists[1]);
  });

  test('a full budget reads all', () => {
    const method = quest({ page: 2, budget: 10, dense: 0, firstPage: 'off' }, TINY);
    expect(readLists(method, view)).toEqual([range(0, 9)]);
  });
});
