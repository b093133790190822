import type { Tile, TileRequest } from '../../worker/protocol';

/** A first tile is there at once at any length: so many cells (64 KiB) and computed weights, at most. */
const FIRST_CELLS = 2 ** 14;
const FIRST_WEIGHTS = 2 ** 18;
/** The next has as many cells as the screen has pixels; after that each one has so many times the weights. */
const SECOND_WEIGHTS = 2 ** 21;
const GROWTH = 8;
/** A tile that took longer is not made better. */
const PATIENCE_MS = 500;

/** The tile to ask for first, where `full` is what the screen could show. */
export function firstRequest(full: TileRequest): TileRequest {
  const shrink = Math.min(1, Math.sqrt(FIRST_CELLS / (full.rows * full.columns)));
  const rows = Math.max(1, Math.floor(full.rows * shrink));
  const columns = Math.max(1, Math.min(full.columns, Math.floor(FIRST_CELLS / rows)));
  return { ...full, rows, columns, mostWeights: FIRST_WEIGHTS };
}

/** The tile to ask for after one that took so long; null: it shows all there is, or the next would take long. */
export function nextRequest(full: TileRequest, tile: Tile, ms: number): TileRequest | null {
  const { request, rows, columns } = tile;
  const isFull = rows === full.rows && columns === full.columns;
  if (!isFull) return { ...full, mostWeights: SECOND_WEIGHTS };
  if (!isSampled(tile) || ms > PATIENCE_MS) return null;
  return { ...full, mostWeights: (request.mostWeights ?? SECOND_WEIGHTS) * GROWTH };
}

/** Whether some of the pairs under its cells were left out of a tile. */
export function isSampled({ request, rows, columns, sampledQueries, sampledKeys }: Tile): boolean {
  const [queries, keys] = [request.queries, request.keys].map(([from, to]) => to - from);
  return sampledQueries < Math.ceil(queries / rows) || sampledKeys < Math.ceil(keys / columns);
}
