import { describe, expect, test } from 'vitest';
import { CELL_EVICTED, CELL_FUTURE, CELL_SKIPPED, type Tile } from '../../worker/protocol';
import { cellAt, describeCell, describeTile, kindOf } from './tile-cells';

const TEXT = { pieces: ['<bos>', ' a', '\n'], promptLength: 6 };
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
    expect(cell && describeCell(cell, TEXT, POOLED)).toEqual([
      'query 2 “↵”',
      'key 1 “ a”',
      'weight 0.0300',
    ]);
    expect(describeTile(tile, false)).toContain('exact weight');
    expect(describeTile(tile, true)).toContain('one pair');
  });

  test('a pooled cell says how and over what', () => {
    const tile = tileOf([0, 8], [0, 4], 2, 2);
    const cell = cellAt(tile, 5, 3);
    expect(cell && describeCell(cell, { pieces: [], promptLength: 6 }, POOLED)).toEqual([
      'query 4–7 ',
      'key 2–3 ',
      'max of the weights computed in 4 × 2 pairs: 0.0300, 1 of 4 queries sampled',
    ]);
    expect(describeTile(tile, false)).toContain('largest of the weights computed in up to 4 × 2');
    expect(describeTile(tile, true)).toContain('pools up to 4 × 2 pairs');
  });

  test.each([
    ['future', CELL_FUTURE, [5, 6], 'the key comes after the query'],
    ['evicted', CELL_EVICTED, [5, 6], 'evicted before this query'],
    ['left-out', CELL_SKIPPED, [5, 6], 'left out by the prefill pattern'],
    ['left-out', CELL_SKIPPED, [6, 7], 'not read by this decode step'],
    ['evicted', CELL_EVICTED, [4, 6], 'none of 2 × 1 pairs computed, some evicted before'],
    ['left-out', CELL_SKIPPED, [4, 6], 'all of 2 × 1 pairs left out by the prefill pattern'],
    ['left-out', CELL_SKIPPED, [6, 8], 'all of 2 × 1 pairs not read by these decode steps'],
    ['left-out', CELL_SKIPPED, [5, 7], 'left out by the prefill pattern and by decode steps'],
  ] as const)(
    'a cell that is %s (%d) over queries %j has no weight',
    (kind, value, queries, words) => {
      expect(kindOf(value)).toBe(kind);
      const cell = {
        value,
        queries: [...queries] as [number, number],
        keys: [0, 1] as [number, number],
      };
      expect(describeCell(cell, TEXT, { ...POOLED, sampledQueries: 2 }).at(-1)).toContain(words);
    },
  );
});
