import { describe, expect, test } from 'vitest';
import { topIndices } from '../top-k';
import { range } from './range';
import { attentionScores } from './scores';
import { entriesOf, randomRun, readLists, SHAPE, TINY, viewOf } from './testing';
import { tidalDecode } from './tidal-decode';

describe('tidal-decode', () => {
  const entries = entriesOf([
    [4, 0],
    [0, 4],
    [3, 0],
    [0, 3],
    [0, 0],
  ]);
  /** What layers 0, 1, 2, … read when these are their queries. */
  const read = (values: { dense: number; reselect: number; k: number }, queries: number[][]) => {
    const method = tidalDecode(values, TINY);
    return queries.map(
      (query, layer) => readLists(method, viewOf([query], [entries], { layer }))[0],
    );
  };

  test('layer a stores, later layers reuse, layer r stores again', () => {
    const everything = range(0, 5);
    expect(
      read({ dense: 1, reselect: 3, k: 2 }, [
        [1, 0],
        [1, 0],
        [0, 1],
        [0, 1],
        [1, 0],
        [1, 0],
      ]),
    ).toEqual([everything, everything, [0, 2, 4], everything, [1, 3, 4], [1, 3, 4]]);
  });

  test('without a second selection the first serves to the end', () => {
    const everything = range(0, 5);
    expect(
      read({ dense: 0, reselect: -1, k: 1 }, [
        [0, 1],
        [1, 0],
        [1, 0],
        [1, 0],
      ]),
    ).toEqual([everything, [1, 4], [1, 4], [1, 4]]);
  });

  test('a stored own entry is not read twice', () => {
    const own = entriesOf([
      [1, 0],
      [0, 0],
      [2, 0],
    ]);
    const method = tidalDecode({ dense: 0, reselect: -1, k: 2 }, TINY);
    method.select(viewOf([[1, 0]], [own]));
    expect(method.select(viewOf([[1, 0]], [own], { layer: 1 }))).toEqual([[0, 2]]);
  });

  test('a selection does not outlive its step', () => {
    const method = tidalDecode({ dense: 0, reselect: -1, k: 1 }, TINY);
    for (const [query, expected] of [
      [
        [1, 0],
        [0, 4],
      ],
      [
        [0, 1],
        [1, 4],
      ],
    ]) {
      method.select(viewOf([query], [entries]));
      expect(method.select(viewOf([query], [entries], { layer: 1 }))).toEqual([expected]);
    }
  });

  test('where layers share keys and queries, reuse is each layer’s own top-k', () => {
    const run = randomRun(SHAPE, 70, 1).view(0, 0);
    const method = tidalDecode({ dense: 0, reselect: -1, k: 10 }, SHAPE);
    expect(method.select(run)).toBeNull();
    const lists = readLists(method, { ...run, layer: 1 });
    lists.forEach((list, head) => {
      const top = topIndices(attentionScores(run.queries[head], run.entries[head >> 1]), 10);
      expect(list).toEqual([...new Set([...top, 70])]);
    });
    expect(lists[0]).not.toEqual(lists[1]);
  });

  test('dense ≥ layers reads everything', () => {
    expect(
      read({ dense: 9, reselect: 1, k: 1 }, [
        [1, 0],
        [1, 0],
        [1, 0],
      ]),
    ).toEqual([0, 0, 0].map(() => range(0, 5)));
  });
});
