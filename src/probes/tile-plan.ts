/** How several weights become one. */
export const AGGREGATES = ['mean', 'max'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

/**
 * A part of an attention map, at a wished resolution: never more rows than queries, never more columns than
 * keys. Ranges are [from, to) in positions of the text.
 */
export interface TileSpec {
  /**
   * An index, or how all become one: for each pair of query and key first the heads of a layer, then the
   * layers; a mean is over those that saw the pair.
   */
  layer: number | Aggregate;
  head: number | Aggregate;
  queries: [number, number];
  keys: [number, number];
  rows: number;
  columns: number;
  /** How the pairs of a cell become one. */
  pooling: Aggregate;
  /** Weights computed at most, as long as that leaves one for each cell; longer ranges are sampled. */
  mostWeights?: number | undefined;
}

/** How a tile is computed. */
export interface TilePlan {
  rows: number;
  columns: number;
  /** True when every cell is one single pair. */
  exact: boolean;
  /** Queries and keys computed per cell, at most. */
  querySamples: number;
  keySamples: number;
  /** Workgroups, and weights that one of them computes. */
  groups: number;
  groupWeights: number;
}

/** Weights computed for one tile when nothing else is said: bounds its time at any context length. */
const USUAL_WEIGHTS = 2 ** 22;
/** Columns of a workgroup, and queries of an invocation: as in `shaders/probe/tile.wgsl`. */
const GROUP_COLUMNS = 64;
const LANES = 4;

/**
 * Samples queries before keys: one key may hold all the weight, while neighbouring queries look alike.
 * @param heads heads that take part, of all layers together
 * @param cost what a weight costs here, in usual ones
 */
export function tilePlan(spec: TileSpec, heads: number, cost = 1): TilePlan {
  const mostWeights = (spec.mostWeights ?? USUAL_WEIGHTS) / cost;
  const queries = spec.queries[1] - spec.queries[0];
  const keys = spec.keys[1] - spec.keys[0];
  const rows = Math.min(spec.rows, queries);
  const columns = Math.min(spec.columns, keys);
  const queriesPerCell = Math.ceil(queries / rows);
  const keysPerCell = Math.ceil(keys / columns);
  const querySamples = affordable(mostWeights / (rows * keys * heads), queriesPerCell);
  const keySamples =
    rows * keys * heads > mostWeights
      ? affordable(mostWeights / (rows * columns * heads), keysPerCell)
      : keysPerCell;
  // A row whose cells have enough samples fills the lanes alone.
  const bandRows = querySamples >= LANES ? 1 : LANES;
  const bandSamples = Math.ceil(querySamples / (LANES / bandRows)) * LANES;
  return {
    rows,
    columns,
    exact: queriesPerCell === 1 && keysPerCell === 1,
    querySamples,
    keySamples,
    groups: Math.ceil(columns / GROUP_COLUMNS) * Math.ceil(rows / bandRows),
    groupWeights: GROUP_COLUMNS * bandSamples * keySamples * heads,
  };
}

function affordable(samples: number, all: number): number {
  return Math.min(all, Math.max(1, Math.floor(samples)));
}
