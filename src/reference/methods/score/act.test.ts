import { describe, expect, test } from 'vitest';
import { expectClose } from '../../testing-close';
import { act } from './act';

const row = (...weights: number[]) => new Map(weights.entries());
const columnsOf = (...means: number[]) =>
  new Map(means.map((mean, position) => [position, { sum: 3 * mean, rows: 3 }]));
const values = { threshold: 0.1, strength: 0.4, from: 2, heads: [] };
const means = columnsOf(0.3, 0.5, 0.09, 0.08);

function edited(weights: Map<number, number>, columns = means, changes = {}): number[] {
  const rule = act({ ...values, ...changes });
  return [...(rule.edit?.(2, 0, weights, columns) ?? weights).values()];
}

describe('a hidden sink', () => {
  test('gives to the others in proportion to their weights', () => {
    expectClose(edited(row(0.3, 0.5, 0.1, 0.1)), [0.48, 0.2, 0.16, 0.16]);
  });

  test('keeps its weight at strength 1', () => {
    expectClose(edited(row(0.3, 0.5, 0.1, 0.1), means, { strength: 1 }), [0.3, 0.5, 0.1, 0.1]);
  });

  test('is told by the mean of its column, not by the row', () => {
    expectClose(edited(row(0.1, 0.1, 0.1, 0.7)), [
      0.1 + 0.06 / 9,
      0.04,
      0.1 + 0.06 / 9,
      0.7 * (1 + 0.06 / 0.9),
    ]);
  });

  test('is any sink after the first, wherever that is and in whatever order columns come', () => {
    const late = columnsOf(0.05, 0.3, 0.09, 0.5);
    const reversed = new Map([...late].reverse());
    for (const columns of [late, reversed]) {
      expectClose(edited(row(0.1, 0.3, 0.1, 0.5), columns), [0.16, 0.48, 0.16, 0.2]);
    }
  });

  test('must exceed the threshold', () => {
    const equal = new Map([
      [0, { sum: 1, rows: 2 }],
      [1, { sum: 1, rows: 2 }],
    ]);
    expectClose(edited(row(0.5, 0.5), equal, { threshold: 0.5 }), [0.5, 0.5]);
  });

  test('in a row that has weight nowhere else keeps it', () => {
    expectClose(edited(new Map([[1, 1]])), [1]);
  });
});

test('earlier layers and heads that are not listed stay', () => {
  const weights = row(0.3, 0.5, 0.1, 0.1);
  const all = act(values);
  expect(all.edit?.(1, 0, weights, means)).toEqual(weights);
  expect(all.edit?.(3, 5, weights, means)).not.toEqual(weights);
  const one = act({ ...values, heads: [{ layer: 3, head: 1 }] });
  expect(one.edit?.(3, 0, weights, means)).toEqual(weights);
  expect(one.edit?.(2, 1, weights, means)).toEqual(weights);
  expect(one.edit?.(3, 1, weights, means)).not.toEqual(weights);
});
