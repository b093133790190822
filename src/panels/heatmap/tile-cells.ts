import {
  CELL_EVICTED,
  CELL_FUTURE,
  CELL_SKIPPED,
  type Tile,
  type TileRequest,
} from '../../worker/protocol';

/** One cell of a tile and what it covers. */
export interface TileCell {
  /** A weight of the run that is shown, or why there is none. */
  value: number;
  /** The same of the run beside it, where their difference is shown; else null. */
  compared: number | null;
  /** [from, to) in positions of the text. */
  queries: [number, number];
  keys: [number, number];
}

/** What became of the pairs under a cell. */
export type CellKind = 'computed' | 'left-out' | 'evicted' | 'future';

export function kindOf(value: number): CellKind {
  if (value === CELL_FUTURE) return 'future';
  if (value === CELL_EVICTED) return 'evicted';
  return value === CELL_SKIPPED ? 'left-out' : 'computed';
}

/** The value that stands for a cell of two runs: there is no difference only where neither has a weight. */
export function differenceOf(value: number, compared: number): number | null {
  if (value < 0 && compared < 0) return null;
  return Math.max(0, compared) - Math.max(0, value);
}

/** Why a cell of two runs has no difference. */
export function sharedHole(value: number, compared: number): CellKind {
  if (value === CELL_EVICTED || compared === CELL_EVICTED) return 'evicted';
  return value === CELL_SKIPPED || compared === CELL_SKIPPED ? 'left-out' : 'future';
}

/** The cell of a tile over a query and a key, or null where the tile does not reach. */
export function cellAt(tile: Tile, query: number, key: number): TileCell | null {
  const row = indexIn(tile.request.queries, tile.rows, query);
  const column = indexIn(tile.request.keys, tile.columns, key);
  if (row === null || column === null) return null;
  const index = row * tile.columns + column;
  return {
    value: tile.weights[index],
    compared: tile.compared?.[index] ?? null,
    queries: spanOf(tile.request.queries, tile.rows, row),
    keys: spanOf(tile.request.keys, tile.columns, column),
  };
}

/** The positions under a row or a column of a tile. */
export function spanOf(
  [from, to]: TileRequest['queries'],
  cells: number,
  index: number,
): [number, number] {
  const cut = (cell: number) => from + Math.floor((cell * (to - from)) / cells);
  return [cut(index), cut(index + 1)];
}

function indexIn([from, to]: [number, number], cells: number, position: number): number | null {
  if (position < from || position >= to) return null;
  // The cell whose span holds the position: spans are cut by whole numbers, as the engine cuts them.
  const guess = Math.floor(((position - from) * cells) / (to - from));
  for (const index of [guess, guess + 1, guess - 1]) {
    const [first, end] = spanOf([from, to], cells, index);
    if (position >= first && position < end) return index;
  }
  return null;
}
