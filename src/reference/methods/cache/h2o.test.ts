import { describe, expect, test } from 'vitest';
import { entryAt, ONE_HEAD, rowsOf } from '../../testing';
import type { MethodShape } from '../method';
import { a2sf } from './a2sf';
import { h2o } from './h2o';

const ROWS = rowsOf([1], [0.6, 0.4], [0.5, 0.1, 0.4], [0.2, 0.1, 0.4, 0.3]);
const PARTS = { length: 4, context: 4, documents: [] };
const LIST = [0, 1, 2, 3].map(entryAt);

/** Positions that stay of four tokens with the rows above, read in chunks of one and three. */
function kept(method: ReturnType<typeof a2sf>): number[] | undefined {
  method.observe?.({ layer: 0, start: 0, weights: [ROWS.slice(0, 1)], parts: PARTS });
  method.observe?.({ layer: 0, start: 1, weights: [ROWS.slice(1)], parts: PARTS });
  return method.compress?.([[LIST]])[0][0].map(({ position }) => position);
}

describe('H2O', () => {
  // Sums of the columns: 2.3, 0.6, 0.8, 0.3.
  test.each([
    [1, 1, [0, 3]],
    [0, 2, [2, 3]],
    [1, 0, [0]],
    [2, 0, [0, 2]],
    [3, 0, [0, 1, 2]],
    [1, 2, [0, 2, 3]],
    [4, 1, [0, 1, 2, 3]],
  ])('heavy %i, recent %i keeps %j', (heavy, recent, positions) => {
    expect(kept(h2o({ heavy, recent, protocol: 'prompt' }, ONE_HEAD))).toEqual(positions);
  });

  test('no row is forgotten', () => {
    const method = h2o({ heavy: 1, recent: 0, protocol: 'prompt' }, ONE_HEAD);
    // Sums: 1.1 .9 1
    const weights = [rowsOf([1], [0.1, 0.9], [0, 0, 1])];
    method.observe?.({ layer: 0, start: 0, weights, parts: PARTS });
    expect(method.compress?.([[LIST.slice(0, 3)]])).toEqual([[[LIST[0]]]]);
  });

  test('a KV head counts the weights of all its query heads', () => {
    const shape: MethodShape = { layers: 1, heads: 4, kvHeads: 2, headDim: 2 };
    const method = h2o({ heavy: 1, recent: 0, protocol: 'prompt' }, shape);
    const weights = [
      [0.5, 0.3, 0.2],
      [0, 0.3, 0.7],
      [0.1, 0.1, 0.8],
      [0.3, 0.6, 0.1],
    ];
    method.observe?.({
      layer: 0,
      start: 2,
      weights: weights.map((row) => rowsOf(row)),
      parts: PARTS,
    });
    const lists = [LIST.slice(0, 3), LIST.slice(0, 3)];
    expect(method.compress?.([lists])).toEqual([[[LIST[2]], [LIST[2]]]]);
    method.observe?.({
      layer: 0,
      start: 3,
      weights: [[1], [0], [0], [1]].map((row) => rowsOf(row)),
      parts: PARTS,
    });
    // Position 0 now has 1.5 in the first KV head, 1.4 in the second.
    expect(method.afterTokens?.([lists])).toEqual([[[LIST[0]], [LIST[0]]]]);
  });
});

describe('A2SF', () => {
  // Scores: decay 1 as H2O; 0.5: .725 .25 .6 .3; 0.3: .431 .166 .52 .3; 0: the last row.
  test.each([
    [1, [0, 2, 1, 3]],
    [0.5, [0, 2, 3, 1]],
    [0.3, [2, 0, 3, 1]],
    [0, [2, 3, 0, 1]],
  ])('decay %d ranks the positions %j', (decay, ranking) => {
    for (const budget of [1, 2, 3, 4]) {
      const method = a2sf({ budget, recent: 0, decay, protocol: 'prompt' }, ONE_HEAD);
      expect(kept(method)).toEqual(ranking.slice(0, budget).sort());
    }
  });

  test('the budget includes the recent entries; forgetting turns the heavy one', () => {
    const keptWith = (decay: number) =>
      kept(a2sf({ budget: 2, recent: 1, decay, protocol: 'prompt' }, ONE_HEAD));
    expect(keptWith(0.5)).toEqual([0, 3]);
    expect(keptWith(0.3)).toEqual([2, 3]);
  });
});
