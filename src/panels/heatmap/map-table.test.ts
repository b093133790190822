import { expect, test } from 'vitest';
import { CELL_EVICTED, CELL_FUTURE, CELL_SKIPPED, type Tile } from '../../worker/protocol';
import { mapTable } from './map-table';

const TILE: Tile = {
  request: {
    layer: 0,
    head: 0,
    queries: [0, 4],
    keys: [0, 4],
    rows: 2,
    columns: 2,
    pooling: 'max',
  },
  rows: 2,
  columns: 2,
  weights: Float32Array.of(0.5, CELL_FUTURE, CELL_EVICTED, 0.25),
  exact: false,
  sampledQueries: 2,
  sampledKeys: 2,
};

test('a row a cell of the past, with the positions that it covers', () => {
  expect(mapTable(TILE)).toEqual({
    columns: ['query_from', 'query_to', 'key_from', 'key_to', 'state', 'weight'],
    rows: [
      [0, 2, 0, 2, 'computed', 0.5],
      [2, 4, 0, 2, 'evicted', null],
      [2, 4, 2, 4, 'computed', 0.25],
    ],
  });
});

test('both runs of a difference', () => {
  const compared = Float32Array.of(0.125, CELL_FUTURE, 0.5, CELL_SKIPPED);
  const { columns, rows } = mapTable({ ...TILE, compared });
  expect(columns.slice(-2)).toEqual(['compared_state', 'compared_weight']);
  expect(rows.map((row) => row.slice(4))).toEqual([
    ['computed', 0.5, 'computed', 0.125],
    ['evicted', null, 'computed', 0.5],
    ['computed', 0.25, 'left-out', null],
  ]);
});
