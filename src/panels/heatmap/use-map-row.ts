import { useEffect, useState } from 'react';
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

const selectQuery = (state: PageState) => state.selection.query ?? state.hover.query;

/** The exact row of the picked query, or of the pointed one where none is picked; null until it is there. */
export function useMapRow({ of, run, layer, head, processed }: MapView): MapRow | null {
  const query = usePage(selectQuery);
  const { requestTile, report } = usePageActions();
  const [row, setRow] = useState<MapRow | null>(null);
  const isRead = query !== null && query < processed;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another run has other weights
  useEffect(() => {
    setRow(null);
    if (query === null || !isRead) return;
    let isWanted = true;
    const timer = setTimeout(async () => {
      const keys: [number, number] = [0, query + 1];
      const request = { of, layer, head, queries: [query, query + 1] as [number, number], keys };
      try {
        const part = { rows: 1, columns: query + 1, pooling: 'max' } as const;
        const tile = await requestTile(CHANNEL, { ...request, ...part });
        const compared = tile?.compared ?? null;
        if (tile && isWanted) setRow({ query, weights: tile.weights, compared });
      } catch (error) {
        if (isWanted) report('view', troubleOf(error));
      }
    }, DELAY_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [run, of, layer, head, query, isRead, requestTile, report]);

  return row;
}
