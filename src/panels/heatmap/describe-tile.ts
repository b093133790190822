/** What cells and tiles say in words, with exact numbers. */
import type { ShownHeads } from '../../state/shown-heads';
import type { Text } from '../../state/text';
import type { Aggregate, Tile } from '../../worker/protocol';
import { whyLeftOut } from '../parts/left-out';
import { formatDifference, formatWeight } from '../parts/numbers';
import { quoted } from '../parts/token-text';
import { differenceOf, kindOf, sharedHole, type TileCell } from './tile-cells';

/** How the value of a cell came about. */
export interface Origin extends ShownHeads {
  pooling: Aggregate;
  sampledQueries: number;
  sampledKeys: number;
}

const ADJECTIVES: Record<Aggregate, string> = { max: 'largest', mean: 'mean' };

/** What one number of the map is: the weight of a head, or one for several. */
export function weightName({ layer, head }: ShownHeads): string {
  const ofHeads = typeof head === 'string' ? `${ADJECTIVES[head]} weight of the heads` : null;
  if (typeof layer === 'number') return ofHeads ?? 'weight';
  return ofHeads === null
    ? `${ADJECTIVES[layer]} weight of the layers`
    : `${ADJECTIVES[layer]} over the layers of the ${ofHeads}`;
}

/** What a cell says, line by line: both tokens, then its value, and if it is pooled how and over what. */
export function describeCell(
  cell: TileCell,
  text: Pick<Text, 'pieces' | 'promptLength'>,
  origin: Origin,
): string[] {
  const { queries, keys, value, compared } = cell;
  const lines = [
    `query ${range(queries)} ${pieceOf(queries, text.pieces)}`.trim(),
    `key ${range(keys)} ${pieceOf(keys, text.pieces)}`.trim(),
  ];
  const name = weightName(origin);
  const of = `${origin.pooling} of the ${plural(name)} computed in ${pairsOf(cell)}`;
  const sample = sampleOf(...sizeOf(cell), origin);
  if (compared !== null) {
    const difference = differenceOf(value, compared);
    if (difference === null) return [...lines, whyEmpty(cell, text.promptLength, origin)];
    const sides = `${name} B − A = ${formatDifference(difference)} (A ${side(value)}, B ${side(compared)})`;
    return isSingle(cell) ? [...lines, sides] : [...lines, sides, `${of}${comma(sample)}`];
  }
  if (kindOf(value) !== 'computed') return [...lines, whyEmpty(cell, text.promptLength, origin)];
  if (isSingle(cell)) {
    return [...lines, `${name}${name === 'weight' ? '' : ':'} ${formatWeight(value)}`];
  }
  return [...lines, `${of}: ${formatWeight(value)}${comma(sample)}`];
}

/** The sentence under the map: what one pixel stands for. */
export function describeTile(tile: Tile, mask: boolean): string {
  const { request, rows, columns, exact } = tile;
  const name = weightName(request);
  const difference = tile.compared ? ', B minus A' : '';
  if (exact) {
    if (mask) return 'Every cell is one pair.';
    return name === 'weight'
      ? `Every cell is one exact weight${difference}.`
      : `Every cell is one pair: the ${name}${difference}.`;
  }
  const perRow = Math.ceil((request.queries[1] - request.queries[0]) / rows);
  const perColumn = Math.ceil((request.keys[1] - request.keys[0]) / columns);
  const sample = sampleOf(perRow, perColumn, tile);
  const pairs = `up to ${perRow} × ${perColumn} pairs (queries × keys${comma(sample)})`;
  return mask
    ? `A pixel pools ${pairs}: computed if any was. Zoom in for single pairs.`
    : `A pixel is the ${ADJECTIVES[request.pooling]} of the ${plural(name)} computed in ${pairs}${difference}. Zoom in for single weights.`;
}

/** Why a cell shows no number. */
function whyEmpty(cell: TileCell, promptLength: number, origin: Origin): string {
  const { value, compared } = cell;
  const kind = compared === null ? kindOf(value) : sharedHole(value, compared);
  const single = isSingle(cell);
  if (kind === 'future') {
    return single ? 'the key comes after the query' : 'all keys come after the queries';
  }
  const where = [
    weightName(origin) === 'weight' ? '' : ' in all heads',
    compared === null ? '' : ' in both runs',
  ].join('');
  const sample = comma(sampleOf(...sizeOf(cell), origin));
  if (kind === 'evicted') {
    return single
      ? `evicted before this query${where}`
      : `none of ${pairsOf(cell)} computed${where}, some evicted before${sample}`;
  }
  const why = whyLeftOut(cell.queries, promptLength);
  return single ? `${why}${where}` : `all of ${pairsOf(cell)} ${why}${where}${sample}`;
}

/** One run's part of a difference. */
function side(value: number): string {
  const kind = kindOf(value);
  return kind === 'computed' ? formatWeight(value) : kind.replace('-', ' ');
}

function sampleOf(
  perRow: number,
  perColumn: number,
  { sampledQueries, sampledKeys }: Pick<Origin, 'sampledQueries' | 'sampledKeys'>,
): string {
  const parts = [
    sampledQueries < perRow && `${sampledQueries} of ${perRow} queries`,
    sampledKeys < perColumn && `${sampledKeys} of ${perColumn} keys`,
  ].filter(Boolean);
  return parts.length > 0 ? `${parts.join(' and ')} sampled` : '';
}

function plural(name: string): string {
  return name.replace('weight', 'weights');
}

function comma(part: string): string {
  return part && `, ${part}`;
}

function pairsOf(cell: TileCell): string {
  const [queries, keys] = sizeOf(cell);
  return `${queries} × ${keys} pairs`;
}

function sizeOf({ queries, keys }: TileCell): [number, number] {
  return [queries[1] - queries[0], keys[1] - keys[0]];
}

function isSingle(cell: TileCell): boolean {
  const [perRow, perColumn] = sizeOf(cell);
  return perRow === 1 && perColumn === 1;
}

function range([from, to]: [number, number]): string {
  return to - from === 1 ? String(from) : `${from}–${to - 1}`;
}

function pieceOf([from, to]: [number, number], pieces: string[]): string {
  return to - from === 1 ? quoted(pieces[from]) : '';
}
