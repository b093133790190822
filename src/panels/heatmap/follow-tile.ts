import type { RequestTile } from '../../state/tile-queue';
import type { Tile, TileRequest } from '../../worker/protocol';

export interface TileFollower {
  /** Asks for a tile after the delay; a wish that comes before then takes this one's place. */
  want(request: TileRequest, delayMs: number): void;
  destroy(): void;
}

/** Fetches tiles for a view that keeps changing: never more often than the delay, always the newest wish. */
export function createTileFollower(
  requestTile: RequestTile,
  onTile: (tile: Tile) => void,
  onError: (error: unknown) => void,
): TileFollower {
  let wanted: TileRequest | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let alive = true;

  async function fetchWanted() {
    timer = undefined;
    if (!wanted) return;
    const request = wanted;
    wanted = null;
    try {
      const tile = await requestTile('map', request);
      if (tile && alive) onTile(tile);
    } catch (error) {
      if (alive) onError(error);
    }
  }

  return {
    want(request, delayMs) {
      wanted = request;
      timer ??= setTimeout(fetchWanted, delayMs);
    },
    destroy() {
      alive = false;
      clearTimeout(timer);
    },
  };
}
