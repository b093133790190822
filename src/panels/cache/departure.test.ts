import { describe, expect, test } from 'vitest';
import {
  departureOf,
  departuresUpTo,
  describeAt,
  describeDeparture,
  newestDeparture,
} from './departure';

const NEVER = 0xffffffff;
const HISTORY = {
  evictedAt: Uint32Array.of(NEVER, 4, 3, NEVER, 5, NEVER),
  lostScore: Float32Array.of(Number.NaN, 0.25, Number.NaN, Number.NaN, 0.5, Number.NaN),
  lowestKept: Float32Array.of(Number.NaN, Number.NaN, Number.NaN, Number.NaN, 0.75, Number.NaN, 1),
};

test('a departure has a score and a bar where there are some', () => {
  expect(departureOf(HISTORY, 0)).toBeNull();
  expect(departureOf(HISTORY, 1)).toEqual({ position: 1, step: 4, score: 0.25, lowestKept: 0.75 });
  expect(departureOf(HISTORY, 2)).toEqual({ position: 2, step: 3, score: null, lowestKept: null });
  expect(departureOf(HISTORY, 4)?.lowestKept).toBeNull();
  expect(departureOf(HISTORY, 9)).toBeNull();
  const live = { ...HISTORY, lowestKept: HISTORY.lowestKept.slice(0, 4) };
  expect(departureOf(live, 1)).toMatchObject({ score: 0.25, lowestKept: null });
});

test('up to a row, the newest first', () => {
  const positions = (row: number) => departuresUpTo(HISTORY, row).map(({ position }) => position);
  expect([positions(2), positions(3), positions(9)]).toEqual([[], [2], [4, 1, 2]]);
  const newest = (row: number) => newestDeparture(HISTORY, row)?.position;
  expect([newest(2), newest(3), newest(9)]).toEqual([undefined, 2, 4]);
});

describe('in words', () => {
  test.each([
    [0, 0, 'held, age 0 tokens'],
    [0, 1, 'held, age 1 token'],
    [3, 2, 'comes later'],
    [1, 3, 'held, age 2 tokens; leaves at step 4'],
    [1, 4, 'left at step 4 with score 0.25 (lowest kept at step 4: 0.75)'],
    [2, 9, 'left at step 3'],
    [4, 5, 'left at step 5 with score 0.5'],
  ])('position %i as row %i saw it', (position, row, expected) => {
    expect(describeAt(HISTORY, position, row)).toBe(expected);
  });

  test('with its token', () => {
    expect(describeDeparture(HISTORY, 2, 9, ' a\n')).toBe('“ a↵” at position 2: left at step 3.');
  });
});
