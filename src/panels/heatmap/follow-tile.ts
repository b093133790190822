import type { RequestTile } from '../../state/tile-queue';
import type { Tile, TileRequest } from '../../worker/protocol';

/** What a view wants to see: a tile at once, and better ones after it. */
export interface TileWish {
  /** A cell for each pixel of the screen. */
  full: TileRequest;
  first: TileRequest;
  /** The tile to ask for after one that took so long; null: no more. */
  next(tile: Tile, ms: number): TileRequest | null;
}

export interface TileFollower {
  /**
   * Asks for the wish's tiles after the delay, or when those of an earlier wish are due; better tiles of an earlier
   * one are given up.
   */
  want(wish: TileWish, delayMs: number): void;
  /** How long the last first tile took: what looking costs a run. */
  lastMs(): number;
  destroy(): void;
}

const CHANNEL = 'map';

/** Fetches tiles for a view that keeps changing: never more often than the delay, always for the newest wish. */
export function createTileFollower(
  { requestTile, dropTile }: { requestTile: RequestTile; dropTile(channel: string): void },
  onTile: (tile: Tile, isFull: boolean) => void,
  onError: (error: unknown) => void,
): TileFollower {
  let wanted: TileWish | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer goes off, in milliseconds of `performance.now()`. */
  let due = Number.POSITIVE_INFINITY;
  let isImproving = false;
  let lastMs = 0;

  async function fetchTiles(wish: TileWish) {
    let request: TileRequest | null = wish.first;
    // A first tile is always finished, so that a view that keeps moving shows something.
    while (request && (wish === wanted || request === wish.first)) {
      isImproving = request !== wish.first;
      const begun = performance.now();
      const tile: Tile | null = await requestTile(CHANNEL, request);
      if (!tile || !wanted) return;
      const ms = performance.now() - begun;
      if (!isImproving) lastMs = ms;
      onTile(tile, tile.rows === wish.full.rows && tile.columns === wish.full.columns);
      request = wish.next(tile, ms);
    }
  }

  return {
    want(wish, delayMs) {
      wanted = wish;
      if (isImproving) dropTile(CHANNEL);
      const wouldBeDue = performance.now() + delayMs;
      if (wouldBeDue >= due) return;
      clearTimeout(timer);
      due = wouldBeDue;
      timer = setTimeout(() => {
        due = Number.POSITIVE_INFINITY;
        if (!wanted) return;
        fetchTiles(wanted).catch((error) => wanted && onError(error));
      }, delayMs);
    },
    lastMs: () => lastMs,
    destroy() {
      wanted = null;
      clearTimeout(timer);
      dropTile(CHANNEL);
    },
  };
}
