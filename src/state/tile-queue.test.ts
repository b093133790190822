import { expect, test, vi } from 'vitest';
import type { Tile, TileRequest } from '../worker/protocol';
import { createTileQueue } from './tile-queue';

function requestOf(head: number): TileRequest {
  return { layer: 0, head, queries: [0, 1], keys: [0, 1], rows: 1, columns: 1, pooling: 'max' };
}

function tileOf(request: TileRequest): Tile {
  const weights = Float32Array.of(1);
  const sampled = { sampledQueries: 1, sampledKeys: 1 };
  return { request, rows: 1, columns: 1, weights, exact: true, ...sampled };
}

/** An engine whose tiles are ready when the test says so. */
function heldEngine() {
  const begun: { request: TileRequest; ready(tile: Tile | null): void }[] = [];
  const giveUp = vi.fn();
  const compute = (request: TileRequest) =>
    new Promise<Tile | null>((ready) => begun.push({ request, ready }));
  return { begun, giveUp, queue: createTileQueue({ compute, giveUp }) };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test('one tile of a channel at a time, and then only the newest that was asked for', async () => {
  const { begun, queue } = heldEngine();
  const tiles = [0, 1, 2].map((head) => queue.request('map', requestOf(head)));
  await settled();
  expect(begun.map(({ request }) => request.head)).toEqual([0]);
  begun[0].ready(tileOf(requestOf(0)));
  await settled();
  expect(begun.map(({ request }) => request.head)).toEqual([0, 2]);
  begun[1].ready(tileOf(requestOf(2)));
  expect((await Promise.all(tiles)).map((tile) => tile?.request.head ?? null)).toEqual([
    0,
    null,
    2,
  ]);
});

test('a large tile of one channel holds up no other channel', async () => {
  const { begun, queue } = heldEngine();
  void queue.request('map', requestOf(0));
  const row = queue.request('row', requestOf(1));
  await settled();
  expect(begun).toHaveLength(2);
  begun[1].ready(tileOf(requestOf(1)));
  expect((await row)?.request.head).toBe(1);
});

test('a dropped channel forgets what waits and gives up what is computed', async () => {
  const { begun, giveUp, queue } = heldEngine();
  queue.drop('map');
  expect(giveUp).not.toHaveBeenCalled();
  const tiles = [0, 1].map((head) => queue.request('map', requestOf(head)));
  await settled();
  queue.drop('map');
  expect(giveUp).toHaveBeenCalledWith('map');
  expect(await tiles[1]).toBeNull();
  begun[0].ready(null);
  expect(await tiles[0]).toBeNull();
  void queue.request('map', requestOf(2));
  await settled();
  expect(begun.map(({ request }) => request.head)).toEqual([0, 2]);
});

test('a failure reaches its caller and does not stop the next', async () => {
  const compute = async (request: TileRequest) => {
    if (request.head === 0) throw new Error('no');
    return tileOf(request);
  };
  const queue = createTileQueue({ compute, giveUp: () => {} });
  const failing = queue.request('map', requestOf(0));
  const next = queue.request('map', requestOf(1));
  await expect(failing).rejects.toThrow('no');
  expect((await next)?.request.head).toBe(1);
});
