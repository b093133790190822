import { useEffect, useMemo, useRef, useState } from 'react';
import { LIVE_SHARES, restAfter } from '../../state/pace';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { troubleOf } from '../../trouble';
import type { Aggregate, Tile, TileRequest } from '../../worker/protocol';
import { createTileFollower, type TileFollower } from './follow-tile';
import type { HeatmapView } from './heatmap';
import { type Layer, withLayer } from './tile-layers';
import { firstRequest, nextRequest } from './tile-levels';
import type { MapView } from './use-map-subject';

const IDLE_DELAY_MS = 60;
/** A live run is followed a few times a second, and with no more than its share of the time. */
const LIVE_DELAY_MS = 400;
const LONGEST_REST_MS = 8000;

const NONE: Layer[] = [];

export interface MapTiles {
  /** In the order in which they are drawn. */
  layers: Tile[];
  /** What was asked for last: it tells what a pixel is. */
  newest: Tile | null;
}

const selectRunning = (state: PageState) => state.activity === 'running';

/** The tiles of what can be seen; fetched again when view, heads or run change. */
export function useMapTiles(
  { of, run, layer, head, processed }: MapView,
  view: HeatmapView | null,
  pooling: Aggregate,
): MapTiles {
  const running = usePage(selectRunning);
  const { requestTile, dropTile, report } = usePageActions();
  const [layers, setLayers] = useState(NONE);
  const [newest, setNewest] = useState<Tile | null>(null);
  const follower = useRef<TileFollower>(null);
  const subject = [run, of, layer, head, pooling];

  useEffect(() => {
    setLayers(NONE);
    setNewest(null);
    const created = createTileFollower(
      { requestTile, dropTile },
      (tile, isFull) => {
        report('view', null);
        setLayers((before) => withLayer(before, { tile, isFull }));
        setNewest(tile);
      },
      (error) => report('view', troubleOf(error)),
    );
    follower.current = created;
    return () => created.destroy();
  }, [...subject, requestTile, dropTile, report]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new subject needs a new request
  useEffect(() => {
    if (run === null || !view || !follower.current) return;
    const full = fullRequest(view, processed, { of, layer, head, pooling });
    if (!full) return;
    const next = (tile: Tile, ms: number) => (running ? null : nextRequest(full, tile, ms));
    const rest = Math.min(LONGEST_REST_MS, restAfter(follower.current.lastMs(), LIVE_SHARES.map));
    follower.current.want(
      { full, first: firstRequest(full), next },
      running ? Math.max(LIVE_DELAY_MS, rest) : IDLE_DELAY_MS,
    );
  }, [...subject, view, processed, running]);

  return useMemo(() => ({ layers: layers.map(({ tile }) => tile), newest }), [layers, newest]);
}

/** The part of the view that the model has read, a cell for each pixel of the screen at most. */
function fullRequest(
  { queries, keys, width, height }: HeatmapView,
  processed: number,
  subject: Pick<TileRequest, 'of' | 'layer' | 'head' | 'pooling'>,
): TileRequest | null {
  const within = ([from, to]: [number, number]): [number, number] => [
    from,
    Math.min(to, processed),
  ];
  const [seenQueries, seenKeys] = [within(queries), within(keys)];
  const rows = Math.min(height, seenQueries[1] - seenQueries[0]);
  const columns = Math.min(width, seenKeys[1] - seenKeys[0]);
  if (rows < 1 || columns < 1) return null;
  return { ...subject, queries: seenQueries, keys: seenKeys, rows, columns };
}
