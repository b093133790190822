import { describe, expect, test } from 'vitest';
import { dot } from '../../vectors';
import { topIndices } from '../top-k';
import { chunkRepresentative, longHeads } from './long-heads';
import { range } from './range';
import { entriesOf, promptOf, randomRun, readLists, SHAPE, TINY, vector, viewOf } from './testing';

const still = (value: Float64Array) => value;

describe('the representative of a chunk', () => {
  test('of equal keys is that key', () => {
    const entries = entriesOf(
      [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
      [
        [5, 0],
        [0, 5],
        [3, 3],
      ],
    );
    const queries = [entries.map(() => vector(0.3, -0.7))];
    const [x, y] = chunkRepresentative(queries, entries, still);
    expect(x).toBeCloseTo(1, 12);
    expect(y).toBeCloseTo(2, 12);
  });

  test('two tokens, worked out', () => {
    // Queries of zero attend evenly, so every output is the mean value (2 ln 3 · √2, 0). With it the keys
    // score 2 ln 3 and 0, weights 0.9 and 0.1.
    const scale = Math.SQRT2 * Math.log(3);
    const entries = entriesOf(
      [
        [1, 0],
        [0, 1],
      ],
      [
        [4 * scale, 0],
        [0, 0],
      ],
    );
    const [x, y] = chunkRepresentative([[vector(0, 0), vector(0, 0)]], entries, still);
    expect(x).toBeCloseTo(0.9, 12);
    expect(y).toBeCloseTo(0.1, 12);
  });

  test('every token sees the whole chunk, later tokens too', () => {
    // Token 0 attends to token 1 alone in effect, token 1 to itself: the mean output is the value of 1.
    const entries = entriesOf(
      [
        [0, 0],
        [100, 0],
      ],
      [
        [-500, 0],
        [500, 0],
      ],
    );
    const [x] = chunkRepresentative([[vector(10, 0), vector(10, 0)]], entries, still);
    expect(x).toBeCloseTo(100, 6);
  });

  test('the mean is over the tokens of all heads of the group', () => {
    // Head 0 outputs the value of token 0, head 1 that of token 1; together they cancel.
    const entries = entriesOf(
      [
        [100, 0],
        [0, 100],
      ],
      [
        [50, -50],
        [-50, 50],
      ],
    );
    const [ahead, aside] = [vector(10, 0), vector(0, 10)];
    const heads = [
      [ahead, ahead],
      [aside, aside],
    ];
    const [x, y] = chunkRepresentative(heads, entries, still);
    expect(x).toBeCloseTo(50, 6);
    expect(y).toBeCloseTo(50, 6);
    expect(chunkRepresentative(heads.slice(0, 1), entries, still)[0]).toBeCloseTo(100, 6);
  });

  test('queries are rotated by their place in the chunk', () => {
    // A quarter turn brings the query (100, 0) of token 1 to (0, 100), where its own turned key lies; token
    // 0 stays where its key lies. So each token outputs its own value, and the mean of the two is (3, 5).
    const quarter = ([x, y]: Float64Array, position: number) =>
      position === 0 ? vector(x, y) : vector(-y, x);
    const entries = entriesOf(
      [
        [10, 0],
        [10, 0],
      ],
      [
        [6, 0],
        [0, 10],
      ],
    );
    const [x, y] = chunkRepresentative([[vector(100, 0), vector(100, 0)]], entries, quarter);
    // (3, 5) scores 30/√2 and 50/√2 against (10, 0) and (0, 10).
    const second = 1 / (1 + Math.exp(-20 / Math.SQRT2));
    expect(x).toBeCloseTo(10 * (1 - second), 9);
    expect(y).toBeCloseTo(10 * second, 9);
  });

  test('keys are rotated by their place in the chunk', () => {
    const rotate = ([x, y]: Float64Array, position: number) =>
      position % 2 === 0 ? vector(x, y) : vector(-y, x);
    const entries = entriesOf(
      [
        [1, 0],
        [1, 0],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    );
    const result = chunkRepresentative([[vector(1, 0), vector(1, 0)]], entries, rotate);
    expect([...result]).toEqual([0.5, 0.5]);
  });
});

describe('long-heads', () => {
  /** A method that has seen a prompt whose chunk c of two entries has the key and value keys[c]. */
  function afterPrompt(keys: number[][], budget: number, rest = 0) {
    const method = longHeads({ chunk: 2, budget }, TINY);
    const prompt = [...keys.flatMap((key) => [key, key]), ...range(0, rest).map(() => [0, 0])];
    const parts = promptOf(prompt.length);
    const queries = [prompt.map(() => vector(0, 0))];
    method.observePrompt?.({ layer: 0, start: 0, queries, keys: [], parts }, []);
    return (query: number[], generated: number) => {
      const entries = entriesOf([...prompt, ...range(0, generated).map(() => [0, 0])]);
      return readLists(method, viewOf([query], [entries], { parts }))[0];
    };
  }
  const CHUNKS = [
    [0, 0],
    [1, 0],
    [0, 1],
    [2, 0],
    [0, 3],
    [0, 0],
  ];

  test('reads chunk 0, the best chunks, the last full chunk and the tail', () => {
    const read = afterPrompt(CHUNKS, 8);
    expect(read([1, 0], 1)).toEqual([0, 1, 6, 7, 10, 11, 12]);
    expect(read([0, 1], 2)).toEqual([0, 1, 8, 9, 10, 11, 12, 13]);
  });

  test('a growing tail takes the place of chosen chunks, but of no other', () => {
    const read = afterPrompt(CHUNKS, 10);
    expect(read([1, 0], 2)).toEqual([0, 1, 2, 3, 6, 7, 10, 11, 12, 13]);
    expect(read([1, 0], 3)).toEqual([0, 1, 6, 7, 10, 11, 12, 13, 14]);
    expect(read([1, 0], 6)).toEqual([0, 1, 10, 11, 12, 13, 14, 15, 16, 17]);
    expect(read([1, 0], 7)).toEqual([0, 1, ...range(10, 19)]);
  });

  test('what follows the last full chunk of the prompt belongs to the tail', () => {
    expect(afterPrompt(CHUNKS, 8, 1)([1, 0], 1)).toEqual([0, 1, 6, 7, 10, 11, 12, 13]);
  });

  test('a list that fits the budget is read in full', () => {
    const read = afterPrompt(CHUNKS, 13);
    expect(read([1, 0], 1)).toEqual(range(0, 13));
    expect(read([1, 0], 2)).not.toEqual(range(0, 14));
  });

  test('a prompt shorter than a chunk is all tail', () => {
    expect(afterPrompt([], 2, 1)([1, 0], 4)).toEqual(range(0, 5));
  });

  test('ranks by the unrotated query; heads choose for themselves among the same representatives', () => {
    const method = longHeads({ chunk: 8, budget: 48 }, SHAPE);
    const run = randomRun(SHAPE, 120, 1);
    run.read(method, 50);
    const view = run.view(2, 0);
    const whole = longHeads({ chunk: 8, budget: 48 }, SHAPE);
    run.read(whole);
    const lists = readLists(method, view);
    expect(lists).toEqual(readLists(whole, view));
    expect(new Set(lists.slice(0, 2).map(String)).size).toBe(2);
    // A head that asks with the opposite query finds the worst chunks instead.
    const opposite = readLists(method, {
      ...view,
      queries: view.queries.map((q) => q.map((x) => -x)),
    });
    lists.forEach((list, head) => {
      const shared = list.filter((index) => opposite[head].includes(index));
      expect(shared).toEqual([...range(0, 8), ...range(112, 121)]);
    });
  });

  test('the representatives are those of the prompt’s own queries, keys and values', () => {
    const method = longHeads({ chunk: 8, budget: 40 }, SHAPE);
    const run = randomRun(SHAPE, 120, 121);
    run.read(method);
    const view = run.view(1, 0);
    // The prompt's queries of the heads of KV head 1, seen again through a run that starts at token 0.
    const past = randomRun(SHAPE, 0, 241);
    const queries = [2, 3].map((head) =>
      range(0, 120).map((position) => past.view(1, position).queries[head]),
    );
    const representatives = range(0, 15).map((chunk) =>
      chunkRepresentative(
        queries.map((own) => own.slice(8 * chunk, 8 * chunk + 8)),
        view.entries[1].slice(8 * chunk, 8 * chunk + 8),
        view.rotate,
      ),
    );
    const scores = representatives.slice(1, 14).map((key) => dot(view.queries[3], key));
    const best = topIndices(scores, 2).map((chunk) => chunk + 1);
    expect(readLists(method, view)[3]).toEqual(
      [0, ...best, 14].flatMap((chunk) => range(8 * chunk, 8 * chunk + 8)).concat(120),
    );
  });
});
