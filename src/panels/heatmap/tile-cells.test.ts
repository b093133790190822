import { describe, expect, test } from 'vitest';
import { CELL_EVICTED, CELL_FUTURE, type Tile } from '../../worker/protocol';
import { cellAt, describeCell, describeTile } from './tile-cells';

const POOLED = { pooling: 'max', sampledQueries: 1 } as const;

function tileOf(
  queries: [number, number],
  keys: [number, number],
  rows: number,
  columns: number,
): Tile {
  const weights = Float32Array.from({ length: rows * columns }, (_, cell) => cell / 100);
  return {
    request: { layer: 0, head: 0, queries, keys, rows, columns, pooling: 'max' },
    rows,
    columns,
    weights,
    exact: queries[1] - queries[0] === rows && keys[1] - keys[0] === columns,
    sampledQueries: 1,
  };
}

describe('cells of a tile', () => {
  test('every position lies in exactly the cell whose span holds it', () => {
    for (const [length, cells] of [
      [7, 3],
      [100, 33],
      [512, 239],
      [16384, 641],
    ]) {
      const tile = tileOf([5, 5 + length], [0, 1], cells, 1);
      for (let query = 5; query < 5 + length; query++) {
        const span = cellAt(tile, query, 0)?.queries;
        expect(span && query >= span[0] && query < span[1]).toBe(true);
      }
    }
  });

  test('outside the tile there is none', () => {
    const tile = tileOf([10, 20], [0, 5], 10, 5);
    expect(cellAt(tile, 9, 0)).toBeNull();
    expect(cellAt(tile, 10, 5)).toBeNull();
  });

  test('a single weight is told exactly, with both tokens', () => {
    const tile = tileOf([1, 3], [0, 2], 2, 2);
    const cell = cellAt(tile, 2, 1);
    expect(cell && describeCell(cell, ['<bos>', ' a', '\n'], POOLED)).toEqual([
      'query 2 “↵”',
      'key 1 “ a”',
      'weight 0.0300',
    ]);
    expect(describeTile(tile)).toContain('exact');
  });

  test('a pooled cell says how and over what', () => {
    const tile = tileOf([0, 8], [0, 4], 2, 2);
    const cell = cellAt(tile, 5, 3);
    expect(cell && describeCell(cell, [], POOLED)).toEqual([
      'query 4–7 ',
      'key 2–3 ',
      'max of 4 × 2 weights: 0.0300, 1 of 4 queries sampled',
    ]);
    expect(describeTile(tile)).toContain('4 × 2');
  });

  test.each([
    [CELL_FUTURE, 'after the query'],
    [CELL_EVICTED, 'evicted'],
  ])('a cell of %s has no weight', (value, words) => {
    const lines = describeCell({ value, queries: [0, 1], keys: [0, 1] }, ['a'], POOLED);
    expect(lines.at(-1)).toContain(words);
  });
});
