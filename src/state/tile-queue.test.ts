import { expect, test } from 'vitest';
import type { Tile, TileRequest } from '../worker/protocol';
import { createTileQueue } from './tile-queue';

function requestOf(head: number): TileRequest {
  return { layer: 0, head, queries: [0, 1], keys: [0, 1], rows: 1, columns: 1, pooling: 'max' };
}

function tileOf(request: TileRequest): Tile {
  const weights = Float32Array.of(1);
  return { request, rows: 1, columns: 1, weights, exact: true, sampledQueries: 1 };
}

test('one request at a time, and only the newest of a channel', async () => {
  const begun: number[] = [];
  let atOnce = 0;
  const requestTile = createTileQueue(async (request) => {
    expect(++atOnce).toBe(1);
    begun.push(request.head);
    await Promise.resolve();
    atOnce--;
    return tileOf(request);
  });
  const tiles = await Promise.all([
    requestTile('map', requestOf(0)),
    requestTile('map', requestOf(1)),
    requestTile('row', requestOf(2)),
    requestTile('map', requestOf(3)),
  ]);
  expect(tiles.map((tile) => tile?.request.head ?? null)).toEqual([0, null, 2, 3]);
  expect(begun).toEqual([0, 2, 3]);
});

test('a failure reaches its caller and does not stop the others', async () => {
  const requestTile = createTileQueue(async (request) => {
    if (request.head === 0) throw new Error('no');
    return tileOf(request);
  });
  const failing = requestTile('map', requestOf(0));
  const next = requestTile('row', requestOf(1));
  await expect(failing).rejects.toThrow('no');
  expect((await next)?.request.head).toBe(1);
});
