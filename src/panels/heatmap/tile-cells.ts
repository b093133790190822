import type { Text } from '../../state/text';
import {
  CELL_EVICTED,
  CELL_FUTURE,
  CELL_SKIPPED,
  type Tile,
  type TileRequest,
} from '../../worker/protocol';
import { whyLeftOut } from '../parts/left-out';
import { formatWeight } from '../parts/numbers';
import { quoted } from '../parts/token-text';

/** One cell of a tile and what it covers. */
export interface TileCell {
  value: number;
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

/** How the cells of a tile came about, where they are more than one weight. */
export interface Pooled {
  pooling: TileRequest['pooling'];
  sampledQueries: number;
}

/** The cell of a tile over a query and a key, or null where the tile does not reach. */
export function cellAt(tile: Tile, query: number, key: number): TileCell | null {
  const row = indexIn(tile.request.queries, tile.rows, query);
  const column = indexIn(tile.request.keys, tile.columns, key);
  if (row === null || column === null) return null;
  return {
    value: tile.weights[row * tile.columns + column],
    queries: spanOf(tile.request.queries, tile.rows, row),
    keys: spanOf(tile.request.keys, tile.columns, column),
  };
}

/** What a cell says in words, with the exact number and, if it is pooled, how and over what. */
export function describeCell(
  cell: TileCell,
  { pieces, promptLength }: Pick<Text, 'pieces' | 'promptLength'>,
  { pooling, sampledQueries }: Pooled,
): string[] {
  const { queries, keys, value } = cell;
  const lines = [
    `query ${range(queries)} ${pieceOf(queries, pieces)}`,
    `key ${range(keys)} ${pieceOf(keys, pieces)}`,
  ];
  const covered = queries[1] - queries[0];
  const pairs = `${covered} × ${keys[1] - keys[0]} pairs`;
  const single = covered === 1 && keys[1] - keys[0] === 1;
  const sample =
    sampledQueries < covered ? `, ${sampledQueries} of ${covered} queries sampled` : '';
  switch (kindOf(value)) {
    case 'future':
      return [
        ...lines,
        single ? 'the key comes after the query' : 'all keys come after the queries',
      ];
    case 'evicted':
      return [
        ...lines,
        single
          ? 'evicted before this query'
          : `none of ${pairs} computed, some evicted before${sample}`,
      ];
    case 'left-out': {
      const why = whyLeftOut(queries, promptLength);
      return [...lines, single ? why : `all of ${pairs} ${why}${sample}`];
    }
    case 'computed':
      return [
        ...lines,
        single
          ? `weight ${formatWeight(value)}`
          : `${pooling} of the weights computed in ${pairs}: ${formatWeight(value)}${sample}`,
      ];
  }
}

/** The sentence under the map: what one pixel stands for. */
export function describeTile(
  { request, rows, columns, exact, sampledQueries }: Tile,
  mask: boolean,
): string {
  if (exact) return `Every cell is one ${mask ? 'pair' : 'exact weight'}.`;
  const perRow = Math.ceil((request.queries[1] - request.queries[0]) / rows);
  const perColumn = Math.ceil((request.keys[1] - request.keys[0]) / columns);
  const what = request.pooling === 'max' ? 'largest' : 'mean';
  const sample = sampledQueries < perRow ? ` (${sampledQueries} of the queries sampled)` : '';
  const pairs = `up to ${perRow} × ${perColumn} pairs (queries × keys)${sample}`;
  return mask
    ? `A pixel pools ${pairs}: computed if any was. Zoom in for single pairs.`
    : `A pixel is the ${what} of the weights computed in ${pairs}. Zoom in for single weights.`;
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

function spanOf([from, to]: [number, number], cells: number, index: number): [number, number] {
  const cut = (cell: number) => from + Math.floor((cell * (to - from)) / cells);
  return [cut(index), cut(index + 1)];
}

function range([from, to]: [number, number]): string {
  return to - from === 1 ? String(from) : `${from}–${to - 1}`;
}

function pieceOf([from, to]: [number, number], pieces: string[]): string {
  return to - from === 1 ? quoted(pieces[from]) : '';
}
