import type { Tile, TileRequest } from '../worker/protocol';

/** Asks for a tile; resolves to null when a newer request of the same channel took its place. */
export type RequestTile = (channel: string, request: TileRequest) => Promise<Tile | null>;

interface Waiting {
  request: TileRequest;
  resolve(tile: Tile | null): void;
  reject(error: unknown): void;
}

/**
 * Puts tile requests one behind the other: the GPU computes one at a time, and a panel that asks again
 * before its turn only gets the newest. Each panel has its own channel.
 */
export function createTileQueue(compute: (request: TileRequest) => Promise<Tile>): RequestTile {
  const waiting = new Map<string, Waiting>();
  let busy = false;

  async function drain() {
    if (busy) return;
    busy = true;
    for (let next = takeFirst(waiting); next; next = takeFirst(waiting)) {
      await compute(next.request).then(next.resolve, next.reject);
    }
    busy = false;
  }

  return (channel, request) =>
    new Promise((resolve, reject) => {
      waiting.get(channel)?.resolve(null);
      waiting.delete(channel);
      waiting.set(channel, { request, resolve, reject });
      void drain();
    });
}

function takeFirst(waiting: Map<string, Waiting>): Waiting | undefined {
  for (const [channel, first] of waiting) {
    waiting.delete(channel);
    return first;
  }
  return undefined;
}
