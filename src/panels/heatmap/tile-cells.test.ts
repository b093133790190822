import { describe, expect, test } from 'vitest';
import { CELL_EVICTED, CELL_FUTURE, CELL_SKIPPED, type Tile } from '../../worker/protocol';
import { cellAt, differenceOf, kindOf, sharedHole } from './tile-cells';

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
    exact: false,
    sampledQueries: 1,
    sampledKeys: 1,
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

  test('two runs have a value each', () => {
    const tile = { ...tileOf([0, 2], [0, 2], 2, 2), compared: Float32Array.of(0, 0, 0.5, 0) };
    expect(cellAt(tile, 1, 0)).toMatchObject({ compared: 0.5 });
    expect(cellAt(tile, 1, 0)?.value).toBeCloseTo(0.02, 6);
  });
});

test.each([
  [CELL_FUTURE, 'future'],
  [CELL_EVICTED, 'evicted'],
  [CELL_SKIPPED, 'left-out'],
  [0, 'computed'],
])('a value of %d is %s', (value, kind) => expect(kindOf(value)).toBe(kind));

test('a difference is missing only where neither run has a weight', () => {
  expect(differenceOf(0.75, 0.25)).toBe(-0.5);
  expect(differenceOf(0, 0)).toBe(0);
  expect(differenceOf(0.5, CELL_EVICTED)).toBe(-0.5);
  expect(differenceOf(CELL_SKIPPED, 0.25)).toBe(0.25);
  expect(differenceOf(CELL_SKIPPED, CELL_EVICTED)).toBeNull();
  expect(sharedHole(CELL_SKIPPED, CELL_EVICTED)).toBe('evicted');
  expect(sharedHole(CELL_SKIPPED, CELL_SKIPPED)).toBe('left-out');
  expect(sharedHole(CELL_FUTURE, CELL_FUTURE)).toBe('future');
});
