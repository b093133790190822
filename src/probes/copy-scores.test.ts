import { describe, expect, test } from 'vitest';
import { copyScores, retrievalScores } from './copy-scores';

/** Text 5 6 [7 8 9] 6 5, after which 7 8 9 1 is emitted. */
const IDS = [5, 6, 7, 8, 9, 6, 5, 7, 8, 9, 1];
const EMITTED = [7, 8, 9, 1];
const NEEDLES: [number, number][] = [[2, 5]];

function keys(...rows: number[][]) {
  return { strongest: Uint32Array.from(rows.flat()), ids: IDS, emitted: EMITTED };
}

describe('retrieval score', () => {
  test('a head that is always on the right token of the needle gets 1, one that never is 0', () => {
    const scores = retrievalScores(keys([2, 3, 4, 0], [0, 0, 0, 0], [2, 2, 4, 0]), NEEDLES);
    expect([...scores]).toEqual([1, 0, expect.closeTo(2 / 3)]);
  });

  test('a token of the needle counts once, and only where it is emitted', () => {
    const twice = { strongest: Uint32Array.of(2, 2, 2, 3), ids: IDS, emitted: [7, 7, 8, 7] };
    expect([...retrievalScores(twice, NEEDLES)]).toEqual([expect.closeTo(1 / 3)]);
    const elsewhere = { strongest: Uint32Array.of(7), ids: IDS, emitted: [7] };
    expect([...retrievalScores(elsewhere, NEEDLES)]).toEqual([0]);
  });
});

test('several needles share one score', () => {
  const needles: [number, number][] = [
    [2, 3],
    [7, 10],
  ];
  const scores = retrievalScores(keys([2, 8, 9, 3], [7, 3, 4, 0]), needles);
  expect([...scores]).toEqual([0.75, 0.25]);
});

test('the copy score needs no needle', () => {
  const scores = copyScores(keys([2, 3, 4, 0], [0, 0, 0, 0], [7, 8, 1, 1]));
  expect([...scores]).toEqual([0.75, 0, 0.5]);
});
