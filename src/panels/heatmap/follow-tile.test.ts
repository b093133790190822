import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Tile, TileRequest } from '../../worker/protocol';
import { createTileFollower } from './follow-tile';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function requestOf(head: number): TileRequest {
  return { layer: 0, head, queries: [0, 1], keys: [0, 1], rows: 1, columns: 1, pooling: 'max' };
}

test('fetches the newest wish, at most once a delay, and nothing after its end', async () => {
  const asked: number[] = [];
  const onTile = vi.fn();
  const follower = createTileFollower(
    async (_channel, request) => {
      asked.push(request.head);
      return { request } as Tile;
    },
    onTile,
    () => {},
  );
  for (const head of [0, 1, 2]) follower.want(requestOf(head), 60);
  await vi.advanceTimersByTimeAsync(60);
  follower.want(requestOf(3), 60);
  await vi.advanceTimersByTimeAsync(60);
  expect(asked).toEqual([2, 3]);
  expect(onTile).toHaveBeenCalledTimes(2);

  follower.want(requestOf(4), 60);
  follower.destroy();
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toEqual([2, 3]);
});
