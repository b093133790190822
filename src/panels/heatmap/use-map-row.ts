import { useEffect, useMemo, useState } from 'react';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { troubleOf } from '../../trouble';
import type { MapView } from './use-map-subject';

/** The picked row of the map, key by key. */
export interface MapRow {
  query: number;
  /** One cell a key, up to the query's own; see `Tile.weights`. */
  weights: Float32Array;
  /** The same of the run beside it, where the difference is shown. */
  compared: Float32Array | null;
}

const CHANNEL = 'map-row';
const DELAY_MS = 40;

const selectRow = (state: PageState) => state.inspection.row;
const selectQuery = (state: PageState) => state.selection.query ?? state.hover.query;

/** The exact row of the picked query, or of the pointed one where none is picked; null until it is there. */
export function useMapRow(view: MapView): MapRow | null {
  const { of, layer, head } = view;
  const row = usePage(selectRow);
  const otherRow = useOtherRow(view);
  const shownRow = useMemo(() => {
    if (row?.query === null || row?.layer !== layer || row.head !== head) return null;
    return { query: row.query, weights: row.weights, compared: null };
  }, [row, layer, head]);
  return of === 'run' ? shownRow : otherRow;
}

/** The row of the run beside the one on screen, or of both; null while neither is shown. */
function useOtherRow({ of, run, layer, head, processed }: MapView): MapRow | null {
  const query = usePage(selectQuery);
  const { requestTile, report } = usePageActions();
  const [row, setRow] = useState<MapRow | null>(null);
  const isWanted = of !== 'run' && query !== null && query < processed;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another run has other weights
  useEffect(() => {
    setRow(null);
    if (query === null || !isWanted) return;
    let isAlive = true;
    const timer = setTimeout(async () => {
      try {
        const tile = await requestTile(CHANNEL, {
          of,
          layer,
          head,
          queries: [query, query + 1],
          keys: [0, query + 1],
          rows: 1,
          columns: query + 1,
          pooling: 'max',
        });
        if (!tile || !isAlive) return;
        setRow({ query, weights: tile.weights, compared: tile.compared ?? null });
      } catch (error) {
        if (isAlive) report('view', troubleOf(error));
      }
    }, DELAY_MS);
    return () => {
      isAlive = false;
      clearTimeout(timer);
    };
  }, [run, of, layer, head, query, isWanted, requestTile, report]);

  return row;
}
