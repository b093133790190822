import { describe, expect, test } from 'vitest';
import { entryAt, ONE_HEAD, rowsOf } from '../../testing';
import type { CacheEntry } from '../method';
import { elastic, merged } from './elastic';

const VALUES = { budget: 3, sinks: 1, recent: 1, distance: -2, protocol: 'prompt' } as const;
const PARTS = { length: 4, context: 4, documents: [] };
const positions = (list: CacheEntry[] | undefined) => list?.map(({ position }) => position);
const entries = (count: number) => Array.from({ length: count }, (_, i) => entryAt(i));

describe('merging', () => {
  test('every entry joins the nearest anchor, between two the earlier', () => {
    const list = merged(entries(7), [0, 4, 6]);
    expect(positions(list)).toEqual([0, 4, 6]);
    // 1 and 2 join 0; 3 and 5 join 4. The second half of an entry's value is its position.
    expect(list.map(({ value }) => value[1])).toEqual(
      [1, 4, 6].map((mean) => expect.closeTo(mean, 12)),
    );
    expect(list[0].key[0]).toBeCloseTo(1, 12);
    expect(list[0].key[1]).toBeCloseTo(1, 12);
    expect(list.map(({ bias }) => bias)).toEqual([0, 0, 0]);
  });

  test('nearest by position, not by index', () => {
    const list = merged([0, 1, 8, 9].map(entryAt), [0, 3]);
    expect(list.map(({ value }) => value[1])).toEqual([0.5, 8.5]);
  });
});

describe('Elastic Cache', () => {
  const rows = [rowsOf([1], [0.6, 0.4], [0.5, 0.1, 0.4], [0.2, 0.1, 0.4, 0.3])];

  test('anchors are sinks, newest, and what got the most weight', () => {
    const method = elastic(VALUES, ONE_HEAD);
    method.observe?.({ layer: 0, start: 0, weights: rows, parts: PARTS });
    const list = method.compress?.([[entries(4)]])[0][0];
    expect(positions(list)).toEqual([0, 2, 3]);
    expect(list?.map(({ value }) => value[1])).toEqual([0.5, 2, 3]);
  });

  test('a sink is an anchor whatever it got', () => {
    const method = elastic({ ...VALUES, budget: 2, distance: 1 }, ONE_HEAD);
    const weights = [rowsOf([1], [0, 1], [0, 0.9, 0.1], [0, 1, 0, 0])];
    method.observe?.({ layer: 0, start: 0, weights, parts: PARTS });
    expect(positions(method.compress?.([[entries(4)]])[0][0])).toEqual([0, 3]);
  });

  test('all query heads of the layer vote for one list', () => {
    const method = elastic(VALUES, { layers: 1, heads: 2, kvHeads: 2, headDim: 2 });
    const other = rowsOf([1], [0, 1], [0, 1, 0], [0, 1, 0, 0]);
    method.observe?.({ layer: 0, start: 0, weights: [rows[0], other], parts: PARTS });
    const lists = method.compress?.([[entries(4), entries(4)]])[0];
    expect(lists?.map(positions)).toEqual([
      [0, 1, 3],
      [0, 1, 3],
    ]);
  });

  test.each([
    [-2, [0, 2, 3]],
    [-1, [0, 1, 3]],
    [1, [0, 2, 3]],
  ])('distance %i: a token more leaves %j', (distance, held) => {
    const method = elastic({ ...VALUES, distance }, ONE_HEAD);
    expect(method.afterTokens?.([[entries(3)]])).toEqual([[entries(3)]]);
    expect(positions(method.afterTokens?.([[entries(4)]])[0][0])).toEqual(held);
  });

  test('a piece of the question leaves as many as it brings', () => {
    const method = elastic(VALUES, ONE_HEAD);
    expect(positions(method.afterTokens?.([[entries(6)]])[0][0])).toEqual([0, 4, 5]);
  });
});
