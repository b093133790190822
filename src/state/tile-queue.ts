import type { Tile, TileRequest } from '../worker/protocol';

/** Asks for a tile; resolves to null when a newer request of the same channel took its place. */
export type RequestTile = (channel: string, request: TileRequest) => Promise<Tile | null>;

export interface TileQueue {
  request: RequestTile;
  /** Nobody waits for the channel's tiles any more: what waits is dropped, what is computed is given up. */
  drop(channel: string): void;
}

interface Engine {
  /** Resolves to null where the tile was given up. */
  compute(request: TileRequest, channel: string): Promise<Tile | null>;
  giveUp(channel: string): void;
}

interface Waiting {
  request: TileRequest;
  resolve(tile: Tile | null): void;
  reject(error: unknown): void;
}

/**
 * Puts the tile requests of each channel one behind the other: a panel that asks again before its turn only
 * gets the newest. Channels do not wait for each other, so a large tile holds up no small one.
 */
export function createTileQueue({ compute, giveUp }: Engine): TileQueue {
  const waiting = new Map<string, Waiting>();
  const busy = new Set<string>();

  async function drain(channel: string) {
    if (busy.has(channel)) return;
    busy.add(channel);
    for (let next = take(channel); next; next = take(channel)) {
      await compute(next.request, channel).then(next.resolve, next.reject);
    }
    busy.delete(channel);
  }

  function take(channel: string): Waiting | undefined {
    const next = waiting.get(channel);
    waiting.delete(channel);
    return next;
  }

  return {
    request: (channel, request) =>
      new Promise((resolve, reject) => {
        take(channel)?.resolve(null);
        waiting.set(channel, { request, resolve, reject });
        void drain(channel);
      }),
    drop(channel) {
      take(channel)?.resolve(null);
      if (busy.has(channel)) giveUp(channel);
    },
  };
}
