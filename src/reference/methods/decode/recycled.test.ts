import { describe, expect, test } from 'vitest';
import { softmax } from '../../formulas';
import { topIndices } from '../top-k';
import { range } from './range';
import { recycled } from './recycled';
import { attentionScores } from './scores';
import { entriesOf, randomRun, readLists, SHAPE, TINY, viewOf } from './testing';

const BASE = { k: 3, stride: 100, drift: 'off', threshold: 0.8 } as const;

/** Keys with scores in this order for q = (1, 0): entries 2, 0, 3, 1. */
const KEYS = [
  [3, 0],
  [1, 0],
  [4, 0],
  [2, 0],
];

describe('recycled', () => {
  test('each entry added since takes the place of the lowest-ranked one left', () => {
    const method = recycled(BASE, TINY);
    const read = (step: number) => {
      const added = range(0, step).map(() => [9, 0]);
      return readLists(method, viewOf([[0, 1]], [entriesOf([...KEYS, ...added])], { step }))[0];
    };
    expect(method.select(viewOf([[1, 0]], [entriesOf(KEYS)]))).toBeNull();
    expect(read(1)).toEqual([0, 2, 4]);
    expect(read(2)).toEqual([2, 4, 5]);
    expect(read(3)).toEqual([4, 5, 6]);
    // Nothing ranked is left, so the oldest of the added goes.
    expect(read(4)).toEqual([5, 6, 7]);
  });

  test('a full step every `stride` steps ranks anew', () => {
    const method = recycled({ ...BASE, stride: 3 }, SHAPE);
    const run = randomRun(SHAPE, 50, 8);
    const isFull = range(0, 8).map((step) => method.select(run.view(0, step)) === null);
    expect(isFull).toEqual([true, false, false, true, false, false, true, false]);
  });

  test('a stride of 1 is dense', () => {
    const method = recycled({ ...BASE, stride: 1 }, SHAPE);
    const run = randomRun(SHAPE, 50, 5);
    for (const step of range(0, 5)) expect(method.select(run.view(1, step))).toBeNull();
  });

  test('the heads of a group share the exact top-k by the mean of their weights', () => {
    const method = recycled({ ...BASE, k: 9 }, SHAPE);
    const run = randomRun(SHAPE, 50, 2);
    const full = run.view(0, 0);
    method.select(full);
    const lists = readLists(method, run.view(0, 1));
    for (const kvHead of [0, 1]) {
      const [first, second] = [2 * kvHead, 2 * kvHead + 1].map(
        (head) => softmax(attentionScores(full.queries[head], full.entries[kvHead])).weights,
      );
      const top = topIndices(
        first.map((weight, i) => weight + second[i]),
        8,
      );
      expect(lists[2 * kvHead]).toEqual([...top, 51]);
      expect(lists[2 * kvHead + 1]).toEqual([...top, 51]);
    }
    expect(lists[0]).not.toEqual(lists[2]);
  });

  test('weights are averaged, not scores: one head with large scores does not decide alone', () => {
    // Scores are (0, 6, 6.1) and (1, 0, 0): the mean weights rank 0 first, the mean scores last.
    const shape = { ...TINY, heads: 3 };
    const method = recycled({ ...BASE, k: 2 }, shape);
    const keys = [
      [0, 3],
      [60, 0],
      [61, 0],
      [0, 0],
    ];
    method.select(
      viewOf(
        [
          [1, 0],
          [0, 3],
          [0, 3],
        ],
        [entriesOf(keys)],
      ),
    );
    const lists = readLists(
      method,
      viewOf(
        [
          [1, 0],
          [0, 3],
          [0, 3],
        ],
        [entriesOf([...keys, [0, 0]])],
        { step: 1 },
      ),
    );
    expect(lists).toEqual(new Array(3).fill([0, 4]));
  });

  describe('with drift', () => {
    const values = { ...BASE, k: 2, stride: 2, drift: 'on', threshold: 0.8 } as const;
    /** Which steps are full when these are the queries of the steps. */
    const full = (queries: number[][][], shape = TINY) => {
      const method = recycled(values, shape);
      return queries.map(
        (query, step) =>
          method.select(
            viewOf(query, [entriesOf([...KEYS, ...range(0, step).map(() => [0, 0])])], { step }),
          ) === null,
      );
    };

    test('asks every `stride` steps whether the query has turned since the last full step', () => {
      const [ahead, aside] = [[[1, 0]], [[0, 1]]];
      expect(full([ahead, aside, ahead, aside, aside, ahead, aside])).toEqual([
        true,
        false,
        false,
        false,
        true,
        false,
        false,
      ]);
    });

    test('asks the mean of the heads', () => {
      // Each head turns by a right angle, their mean does not turn.
      const heads = { ...TINY, heads: 2 };
      const steps = [
        [
          [1, 0],
          [0, 1],
        ],
        [
          [0, 1],
          [1, 0],
        ],
        [
          [0, 1],
          [1, 0],
        ],
      ];
      expect(full(steps, heads)).toEqual([true, false, false]);
    });
  });
});
