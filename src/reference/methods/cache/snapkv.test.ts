import { describe, expect, test } from 'vitest';
import { entryAt, ONE_HEAD, rowsOf } from '../../testing';
import { pool } from './observation';
import { snapKv } from './snapkv';

const PARTS = { length: 6, context: 6, documents: [] };
const LIST = [0, 1, 2, 3, 4, 5].map(entryAt);
const PLAIN = { kernel: 1, pooling: 'average', protocol: 'prompt' } as const;

describe('pooling', () => {
  test('the zeros around count: even scores fall at the borders by average, not by maximum', () => {
    const average = pool([1, 1, 1, 1, 1, 1], 5, 'average');
    [0.6, 0.8, 1, 1, 0.8, 0.6].forEach((score, index) => {
      expect(average[index]).toBeCloseTo(score, 12);
    });
    expect(pool([1, 1, 1, 1], 3, 'max')).toEqual([1, 1, 1, 1]);
  });

  test('by maximum a score reaches its neighbours; a kernel of 1 changes nothing', () => {
    expect(pool([1, 0, 0, 7, 0], 3, 'max')).toEqual([1, 1, 7, 7, 7]);
    expect(pool([1, 0, 5], 1, 'average')).toEqual([1, 0, 5]);
  });
});

describe('SnapKV', () => {
  const last = [0.05, 0.3, 0.05, 0.2, 0.1, 0.3];

  test('window 1, kernel 1: the best of the last row, and the last entry', () => {
    const method = snapKv({ ...PLAIN, budget: 3, window: 1 }, ONE_HEAD);
    const weights = [rowsOf([0.9, 0, 0.1, 0, 0], last)];
    method.observe?.({ layer: 0, start: 4, weights, parts: PARTS });
    expect(method.compress?.([[LIST]])).toEqual([[[LIST[1], LIST[3], LIST[5]]]]);
  });

  test('the window reaches over chunks; its own columns stay out', () => {
    const method = snapKv({ ...PLAIN, budget: 3, window: 2 }, ONE_HEAD);
    for (const [start, row] of [[0.9], [0.9, 0.1], [0.9, 0, 0.1], [0.9, 0, 0, 0.1]].entries()) {
      method.observe?.({ layer: 0, start, weights: [rowsOf(row)], parts: PARTS });
    }
    const first = [0, 0.1, 0.3, 0, 0.6];
    method.observe?.({ layer: 0, start: 4, weights: [rowsOf(first)], parts: PARTS });
    method.observe?.({ layer: 0, start: 5, weights: [rowsOf(last)], parts: PARTS });
    // Sums of the two rows before the window: .05 .4 .35 .2
    expect(method.compress?.([[LIST]])).toEqual([[[LIST[1], LIST[4], LIST[5]]]]);
  });

  test('the heads of a group share one list by their mean', () => {
    const shape = { layers: 1, heads: 2, kvHeads: 1, headDim: 2 };
    const method = snapKv({ ...PLAIN, budget: 2, window: 1 }, shape);
    const weights = [rowsOf([0.6, 0.4, 0, 0]), rowsOf([0, 0.3, 0.4, 0.3])];
    method.observe?.({ layer: 0, start: 3, weights, parts: PARTS });
    const list = LIST.slice(0, 4);
    expect(method.compress?.([[list]])).toEqual([[[list[1], list[3]]]]);
  });

  test('what fits stays whole, and nothing is evicted later', () => {
    const method = snapKv({ ...PLAIN, budget: 6, window: 2 }, ONE_HEAD);
    expect(method.compress?.([[LIST]])).toEqual([[LIST]]);
    expect(method.afterTokens).toBeUndefined();
  });
});
