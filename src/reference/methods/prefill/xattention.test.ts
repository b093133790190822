import { describe, expect, test } from 'vitest';
import { range } from '../decode/range';
import type { PrefillView } from '../method';
import { blockSparse } from './block-sparse';
import { sumBlocks } from './blocks';
import { columnSums, lastRows } from './last-rows';
import { ranked } from './ranked';
import {
  blocksOfRow,
  chunkOf,
  needleView,
  ONE_HEAD,
  randomView,
  scalarView,
  slashView,
  WIDE_HEAD,
} from './testing';
import { blockScores, xAttention } from './xattention';

const NUMBER = { ...ONE_HEAD, headDim: 1 };
const values = { block: 4, stride: 2, threshold: 0.9 };

describe('scores of blocks', () => {
  const queries = [1, 0, 0, 1, 2, 0, 0, 1];
  const keys = [1, 0, 0, 2, 0, 1, 1, 0];

  test('of eight tokens, worked out by hand', () => {
    const [first, second] = blockScores(values, scalarView(queries, keys), 0, NUMBER);
    expect(first[0]).toBeCloseTo(2, 12);
    expect(first[1]).toBe(0);
    expect(second[0]).toBeCloseTo(1.2553, 4);
    expect(second[1]).toBeCloseTo(0.7447, 4);
  });

  test('of a text that ends within a group: zeros fill the group up', () => {
    const short = scalarView(queries.slice(0, 7), keys.slice(0, 7));
    const filled = scalarView([...queries.slice(0, 7), 0], [...keys.slice(0, 7), 0]);
    expect(blockScores(values, short, 0, NUMBER)).toEqual(blockScores(values, filled, 0, NUMBER));
  });

  test('of a chunk are those of the whole prompt', () => {
    const view = randomView(ONE_HEAD, 30);
    const whole = blockScores(values, view, 0, ONE_HEAD);
    expect(blockScores(values, chunkOf(view, 16, 30), 0, ONE_HEAD)).toEqual(whole.slice(4));
  });

  test('are divided by the stride and the root of the head size', () => {
    const wide = (value: number) => Float64Array.of(value, 0, 0, 0);
    const view = scalarView([0, 0, 0, 0], [0, 0, 0, 0]);
    view.queries = [[0, 0, 2, 2].map(wide)];
    view.keys = [[0, 0, 2 * Math.log(3), 0].map(wide)];
    const shape = { ...ONE_HEAD, headDim: 4 };
    const [, row] = blockScores({ ...values, block: 2 }, view, 0, shape);
    expect(row[1]).toBeCloseTo(3 / 4, 12);
  });
});

test('blocks are added from the best down until the threshold is reached', () => {
  // Equal queries of 1; groups of one token in blocks of one: the weights of the last row are the scores.
  const weights = [0.05, 0.3, 0.1, 0.4, 0.15];
  const view = scalarView([1, 1, 1, 1, 1], weights.map(Math.log));
  const last = (threshold: number) =>
    blocksOfRow(xAttention({ block: 1, stride: 1, threshold }, NUMBER)(view), view, 4, 1);
  expect(last(0.19)).toEqual([0, 4]);
  expect(last(0.5)).toEqual([0, 3, 4]);
  expect(last(0.7)).toEqual([0, 1, 3, 4]);
  expect(last(0.95)).toEqual([0, 1, 2, 3, 4]);
});

describe('the heaviest block of the last row, in eight prompts', () => {
  const block = 16;
  const row = 15;
  const seeds = range(1, 9);
  const needles = seeds.map((seed) => needleView(256, 100, seed));
  const repetitions = (distance: number) => seeds.map((seed) => slashView(256, distance, seed));

  /** In how many prompts the guess is the block with most weight, the row's own block apart. */
  function hits(views: PrefillView[], guess: (view: PrefillView) => number): number {
    return views.filter((view) => {
      const masses = sumBlocks(columnSums(lastRows(view, 0, WIDE_HEAD, block), 256), block);
      return guess(view) === ranked(masses.slice(0, row))[0];
    }).length;
  }
  const byAntidiagonals = (stride: number) => (view: PrefillView) =>
    ranked(blockScores({ block, stride, threshold: 1 }, view, 0, WIDE_HEAD)[row].slice(0, row))[0];
  const byMeans = (view: PrefillView) =>
    blocksOfRow(blockSparse({ block, blocks: 2 }, WIDE_HEAD)(view), view, row, block)[0];

  test('is found where it holds a needle, which means of blocks blur', () => {
    expect(hits(needles, byAntidiagonals(4))).toBeGreaterThanOrEqual(6);
    expect(hits(needles, byMeans)).toBeLessThanOrEqual(3);
  });

  test('is found where text repeats, less often with a larger stride', () => {
    const [fine, coarse] = [4, 16].map((stride) => hits(repetitions(97), byAntidiagonals(stride)));
    expect(fine).toBe(8);
    expect(coarse).toBeLessThanOrEqual(3);
  });

  test('is missed where text repeats at an even distance: antidiagonals cross odd ones only', () => {
    expect(hits(repetitions(98), byAntidiagonals(4))).toBeLessThanOrEqual(3);
  });
});
