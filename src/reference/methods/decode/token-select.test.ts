import { describe, expect, test } from 'vitest';
import { range } from './range';
import { entriesOf, randomRun, readLists, SHAPE, TINY, viewOf } from './testing';
import { tokenSelect } from './token-select';

const BASE = { sinks: 1, recent: 2, k: 2, threshold: 2, dense: 0 };

describe('token-select', () => {
  test('heads vote with their softmax weights, so that one large head does not decide alone', () => {
    // Two of three heads want entry 2; the third wants 3 and 4 with much larger scores.
    const shape = { ...TINY, heads: 3, headDim: 2 };
    const entries = entriesOf([
      [9, 9],
      [0, 0],
      [2, 0],
      [0, 20],
      [0, 19.9],
      [9, 9],
      [9, 9],
    ]);
    const method = tokenSelect({ ...BASE, k: 1 }, shape);
    const view = viewOf(
      [
        [3, 0],
        [3, 0],
        [0, 3],
      ],
      [entries],
    );
    expect(readLists(method, view)).toEqual(new Array(3).fill([0, 2, 5, 6]));
  });

  test('candidates stand at position 0 and the query at position `recent`', () => {
    // This rotation turns by a quarter for each position: two quarters turn (1, 0) into (−1, 0).
    const rotate = ([x, y]: Float64Array, position: number) =>
      Float64Array.from(
        [
          [x, y],
          [-y, x],
          [-x, -y],
          [y, -x],
        ][position % 4],
      );
    const entries = entriesOf([
      [0, 0],
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
      [0, 0],
      [0, 0],
    ]);
    const view = viewOf([[1, 0]], [entries], { rotate });
    expect(readLists(tokenSelect({ ...BASE, k: 1 }, TINY), view)).toEqual([[0, 3, 5, 6]]);
    const wider = tokenSelect({ ...BASE, recent: 1, k: 1 }, TINY);
    expect(readLists(wider, view)).toEqual([[0, 2, 6]]);
  });

  test('many identical heads choose what one of them chooses', () => {
    const { queries, entries, ...rest } = randomRun(SHAPE, 60, 1).view(0, 0);
    const values = { ...BASE, k: 9 };
    const one = tokenSelect(values, { ...SHAPE, heads: 1, kvHeads: 1 });
    const four = tokenSelect(values, { ...SHAPE, heads: 4, kvHeads: 1 });
    const single = { ...rest, queries: queries.slice(0, 1), entries: entries.slice(0, 1) };
    const repeated = { ...single, queries: [0, 1, 2, 3].map(() => queries[0]) };
    expect(readLists(four, repeated)).toEqual(new Array(4).fill(readLists(one, single)[0]));
  });

  test('θ above 1 selects in every step; θ = −1 only once, while the recent window moves on', () => {
    const choices = (threshold: number) => {
      const method = tokenSelect({ ...BASE, k: 8, threshold }, SHAPE);
      const run = randomRun(SHAPE, 60, 6);
      return range(0, 6).map((step) => {
        const list = readLists(method, run.view(0, step))[0];
        expect(list.slice(-2)).toEqual([59 + step, 60 + step]);
        return list.slice(1, -2).join();
      });
    };
    expect(new Set(choices(2)).size).toBe(6);
    expect(new Set(choices(-1)).size).toBe(1);
  });

  test('a selection is reused down to a cosine of θ with the query that made it', () => {
    const entries = entriesOf([
      [0, 0],
      [1, 0],
      [0, 1],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    const method = tokenSelect({ ...BASE, k: 1, threshold: 0.7 }, TINY);
    const read = (degrees: number) => {
      const angle = (degrees * Math.PI) / 180;
      return readLists(method, viewOf([[Math.cos(angle), Math.sin(angle)]], [entries]))[0];
    };
    expect(read(0)).toEqual([0, 1, 4, 5]);
    // cos 45° ≥ 0.7 > cos 46°: 44 degrees further is near enough to 0, and does not move the comparison.
    expect(read(44)).toEqual([0, 1, 4, 5]);
    expect(read(46)).toEqual([0, 2, 4, 5]);
    expect(read(44)).toEqual([0, 2, 4, 5]);
  });

  test('layers keep their own selections, and the first layers have none', () => {
    const method = tokenSelect({ ...BASE, k: 1, threshold: -1, dense: 1 }, TINY);
    const entries = entriesOf([
      [0, 0],
      [1, 0],
      [0, 1],
      [0, 0],
      [0, 0],
    ]);
    const read = (layer: number, query: number[]) =>
      method.select(viewOf([query], [entries], { layer }));
    expect(read(0, [1, 0])).toBeNull();
    expect(read(1, [1, 0])).toEqual([[0, 1, 3, 4]]);
    expect(read(2, [0, 1])).toEqual([[0, 2, 3, 4]]);
    expect(read(1, [0, 1])).toEqual([[0, 1, 3, 4]]);
  });

  test('sinks + k + recent ≥ n reads everything', () => {
    const entries = entriesOf(range(0, 5).map(() => [0, 0]));
    expect(tokenSelect(BASE, TINY).select(viewOf([[1, 0]], [entries]))).toBeNull();
  });
});
