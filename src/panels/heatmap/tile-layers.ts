import type { Tile } from '../../worker/protocol';

/** A tile on the map. */
export interface Layer {
  tile: Tile;
  /** Whether it had a cell for each pixel of the screen when it was asked for. */
  isFull: boolean;
}

const AXES = ['queries', 'keys'] as const;

/** More would never be seen: an older one shows only where newer ones do not reach. */
const MOST_LAYERS = 4;

/**
 * The layers of a map, the lowest first, after another tile arrived. A full one lies on top: below it, tiles
 * with more cells would be drawn with some of them missing. A coarse one lies below all that have more detail.
 */
export function withLayer(layers: Layer[], added: Layer): Layer[] {
  const kept = layers.filter((old) => !replaces(added, old));
  const above = kept.findIndex(({ tile }) => detail(tile) > detail(added.tile));
  const place = added.isFull || above === -1 ? kept.length : above;
  const all = kept.toSpliced(place, 0, added);
  if (all.length <= MOST_LAYERS) return all;
  // The widest is what a view shows first that moves.
  const widest = all.reduce((a, b) => (area(b.tile) > area(a.tile) ? b : a));
  const dropped = kept.find((one) => one !== widest);
  return all.filter((one) => one !== dropped);
}

/** Whether the old one has nothing to show beside the new one, or beside better ones that come after it. */
function replaces(added: Layer, old: Layer): boolean {
  const [to, from] = [added.tile.request, old.tile.request];
  const reaches = AXES.every(
    (axis) => to[axis][0] <= from[axis][0] && to[axis][1] >= from[axis][1],
  );
  const isSame = AXES.every(
    (axis) => to[axis][0] === from[axis][0] && to[axis][1] === from[axis][1],
  );
  return reaches && (added.isFull || !old.isFull || !isSame);
}

/** Cells for a pair of the text. */
function detail(tile: Tile): number {
  return (tile.rows * tile.columns) / area(tile);
}

function area({ request: { queries, keys } }: Tile): number {
  return (queries[1] - queries[0]) * (keys[1] - keys[0]);
}
