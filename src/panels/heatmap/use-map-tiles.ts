import { useEffect, useRef, useState } from 'react';
import { usePage, usePageActions } from '../../state/page-context';
import { type PageState, processedTokens } from '../../state/page-store';
import { troubleOf } from '../../trouble';
import type { Tile, TileRequest } from '../../worker/protocol';
import { createTileFollower, type TileFollower } from './follow-tile';
import type { HeatmapView } from './heatmap';

const IDLE_DELAY_MS = 60;
/** A live run is followed a few times a second, so that looking costs it little. */
const LIVE_DELAY_MS = 400;

export interface MapTiles {
  /** The widest tile so far: shown where the detail has not arrived yet. */
  overview: Tile | null;
  detail: Tile | null;
}

const NONE: MapTiles = { overview: null, detail: null };

const selectRunId = (state: PageState) => state.run?.id ?? null;
const selectProcessed = (state: PageState) => processedTokens(state.run);
const selectRunning = (state: PageState) => state.activity === 'running';
const selectLayer = (state: PageState) => state.selection.layer;
const selectHead = (state: PageState) => state.selection.head;

/** The tiles of what can be seen, fetched again when view, head or run change. */
export function useMapTiles(view: HeatmapView | null, pooling: 'max' | 'mean'): MapTiles {
  const runId = usePage(selectRunId);
  const processed = usePage(selectProcessed);
  const running = usePage(selectRunning);
  const layer = usePage(selectLayer);
  const head = usePage(selectHead);
  const { requestTile, report } = usePageActions();
  const [tiles, setTiles] = useState(NONE);
  const follower = useRef<TileFollower>(null);
  // Tiles of another run, head or pooling must not be shown with those of this one.
  const subject = `${runId} ${layer}.${head} ${pooling}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new subject needs a new follower
  useEffect(() => {
    setTiles(NONE);
    const created = createTileFollower(
      requestTile,
      (tile) => {
        report('view', null);
        setTiles(({ overview }) => ({
          overview: coversMore(tile, overview) ? tile : overview,
          detail: tile,
        }));
      },
      (error) => report('view', troubleOf(error)),
    );
    follower.current = created;
    return () => created.destroy();
  }, [subject, requestTile, report]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new subject needs a new request
  useEffect(() => {
    if (runId === null || !view) return;
    const request = requestFor(view, processed, { layer, head, pooling });
    if (request) follower.current?.want(request, running ? LIVE_DELAY_MS : IDLE_DELAY_MS);
  }, [subject, view, processed, running]);

  return tiles;
}

/** Whether a tile reaches at least as far as the widest one so far. */
function coversMore({ request }: Tile, overview: Tile | null): boolean {
  const fromStart = request.queries[0] === 0 && request.keys[0] === 0;
  const soFar = overview?.request;
  return (
    fromStart &&
    request.queries[1] >= (soFar?.queries[1] ?? 0) &&
    request.keys[1] >= (soFar?.keys[1] ?? 0)
  );
}

/** What to ask for: the part of the view that the model has read, at most one cell a pixel. */
function requestFor(
  { queries, keys, width, height }: HeatmapView,
  processed: number,
  subject: Pick<TileRequest, 'layer' | 'head' | 'pooling'>,
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
