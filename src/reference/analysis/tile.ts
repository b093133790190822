/** A tile of the attention map from weights that are all there: the oracle of `shaders/probe/tile.wgsl`. */

type Merge = 'mean' | 'max';

/** Values of pairs and cells that are no weights, the stronger reason first. */
export const HOLES = { evicted: -2, skipped: -3, future: -1 } as const;

export interface ReferenceTile {
  /** The indices that take part. */
  layers: number[];
  heads: number[];
  overLayers: Merge;
  overHeads: Merge;
  /** [from, to) */
  queries: [number, number];
  keys: [number, number];
  rows: number;
  columns: number;
  pooling: Merge;
}

/**
 * @param pairOf the weight of a pair in one head, or why it has none
 * @returns [rows][columns]
 */
export function referenceTile(
  tile: ReferenceTile,
  pairOf: (layer: number, head: number, query: number, key: number) => number,
): number[][] {
  const { layers, heads, overLayers, overHeads } = tile;
  const pair = (query: number, key: number) =>
    merge(
      overLayers,
      layers.map((layer) =>
        merge(
          overHeads,
          heads.map((head) => pairOf(layer, head, query, key)),
        ),
      ),
    );
  return cut(tile.queries, tile.rows).map((queries) =>
    cut(tile.keys, tile.columns).map((keys) =>
      merge(
        tile.pooling,
        queries.flatMap((query) => keys.map((key) => pair(query, key))),
      ),
    ),
  );
}

/** One value of several: holes do not count, unless there is nothing else. */
function merge(how: Merge, values: number[]): number {
  const weights = values.filter((value) => value >= 0);
  if (weights.length === 0) {
    return Object.values(HOLES).find((hole) => values.includes(hole)) ?? HOLES.future;
  }
  if (how === 'max') return Math.max(...weights);
  return weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
}

/** The positions of a range in as many parts, as even as whole numbers allow. */
function cut([from, to]: [number, number], parts: number): number[][] {
  const border = (part: number) => from + Math.floor((part * (to - from)) / parts);
  return Array.from({ length: parts }, (_, part) =>
    Array.from({ length: border(part + 1) - border(part) }, (_, i) => border(part) + i),
  );
}
