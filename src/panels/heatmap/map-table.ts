import type { Tile } from '../../worker/protocol';
import type { Table } from '../parts/export-table';
import { kindOf, spanOf } from './tile-cells';

/** A tile's cells as a table, those of the future left out; spans are [from, to) in positions of the text. */
export function mapTable(tile: Tile): Table {
  const { request, rows, columns, weights, compared } = tile;
  const names = ['query_from', 'query_to', 'key_from', 'key_to', 'state', 'weight'];
  const table: Table = {
    columns: compared ? [...names, 'compared_state', 'compared_weight'] : names,
    rows: [],
  };
  for (let row = 0; row < rows; row++) {
    const queries = spanOf(request.queries, rows, row);
    for (let column = 0; column < columns; column++) {
      const keys = spanOf(request.keys, columns, column);
      if (keys[0] >= queries[1]) break;
      const at = row * columns + column;
      const cells = [weights[at], ...(compared ? [compared[at]] : [])];
      table.rows.push([...queries, ...keys, ...cells.flatMap(stateAndWeight)]);
    }
  }
  return table;
}

function stateAndWeight(value: number): [string, number | null] {
  const kind = kindOf(value);
  return [kind, kind === 'computed' ? value : null];
}
