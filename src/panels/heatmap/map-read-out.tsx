import { usePage } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { Text } from '../../state/text';
import { CELL_FUTURE, type Tile } from '../../worker/protocol';
import { describeCell, describeTile } from './describe-tile';
import type { Cell } from './heatmap';
import { cellAt, type TileCell } from './tile-cells';
import type { MapRow } from './use-map-row';
import type { MapView } from './use-map-subject';
import type { MapTiles } from './use-map-tiles';

const selectSelection = (state: PageState) => state.selection;

interface MapReadOutProps {
  view: MapView;
  tiles: MapTiles;
  row: MapRow | null;
  mask: boolean;
}

/** The picked cell as a number, or what a pixel of the map stands for. */
export function MapReadOut({ view, tiles, row, mask }: MapReadOutProps) {
  const { query, key } = usePage(selectSelection);
  const lines =
    query !== null && key !== null
      ? // The row was looked up for itself: it is exact, however far out the map is.
        (row?.query === query && describeInRow({ query, key }, row, view)) ||
        describeUnder({ query, key }, tiles.layers, view.text)
      : null;
  return (
    <p className="read-out hint" aria-live="polite">
      {lines?.join(' · ') ??
        (tiles.newest
          ? describeTile(tiles.newest, mask)
          : view.processed > 0 && 'The map is being computed …')}
    </p>
  );
}

/** What the tile that shows a cell says about it. */
export function describeUnder({ query, key }: Cell, layers: Tile[], text: Text): string[] | null {
  for (const tile of layers.toReversed()) {
    const cell = cellAt(tile, query, key);
    if (cell) return describeCell(cell, text, { ...tile.request, ...tile });
  }
  return null;
}

function describeInRow({ query, key }: Cell, row: MapRow, { text, layer, head }: MapView) {
  const cell: TileCell = {
    value: row.weights[key] ?? CELL_FUTURE,
    compared: row.compared && (row.compared[key] ?? CELL_FUTURE),
    queries: [query, query + 1],
    keys: [key, key + 1],
  };
  const exact = { pooling: 'max', sampledQueries: 1, sampledKeys: 1 } as const;
  return describeCell(cell, text, { layer, head, ...exact });
}
