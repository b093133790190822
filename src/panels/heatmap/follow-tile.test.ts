import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Tile, TileRequest } from '../../worker/protocol';
import { createTileFollower, type TileWish } from './follow-tile';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const DELAY = 60;

function requestOf(head: number, mostWeights = 0): TileRequest {
  const one: [number, number] = [0, 1];
  return {
    layer: 0,
    head,
    queries: one,
    keys: one,
    rows: 1,
    columns: 1,
    pooling: 'max',
    mostWeights,
  };
}

/** A wish for tiles of one head, each better by one, up to a last one. */
function wishOf(head: number, last = 0): TileWish {
  return {
    full: requestOf(head, last),
    first: requestOf(head),
    next: ({ request: { mostWeights = 0 } }) =>
      mostWeights < last ? requestOf(head, mostWeights + 1) : null,
  };
}

/** A page whose tiles take so long. */
function pageWith(tileMs: number) {
  const asked: string[] = [];
  const shown: string[] = [];
  const nameOf = ({ head, mostWeights }: TileRequest) => `${head}.${mostWeights}`;
  let giveUp = () => {};
  const dropTile = vi.fn(() => giveUp());
  const requestTile = (_channel: string, request: TileRequest) => {
    asked.push(nameOf(request));
    return new Promise<Tile | null>((resolve) => {
      giveUp = () => resolve(null);
      setTimeout(() => resolve({ request } as Tile), tileMs);
    });
  };
  const onError = vi.fn();
  const follower = createTileFollower(
    { requestTile, dropTile },
    ({ request }) => shown.push(nameOf(request)),
    onError,
  );
  return { asked, shown, dropTile, onError, follower };
}

describe('following a view', () => {
  test('at most once a delay, and always the newest wish', async () => {
    const { asked, follower } = pageWith(0);
    for (const head of [0, 1, 2]) follower.want(wishOf(head), DELAY);
    await vi.advanceTimersByTimeAsync(DELAY + 1);
    follower.want(wishOf(3), DELAY);
    await vi.advanceTimersByTimeAsync(DELAY + 1);
    expect(asked).toEqual(['2.0', '3.0']);
  });

  test('a wish that is in more of a hurry is not held up by an earlier one', async () => {
    const { asked, follower } = pageWith(0);
    follower.want(wishOf(0), 5000);
    follower.want(wishOf(1), DELAY);
    await vi.advanceTimersByTimeAsync(DELAY + 1);
    expect(asked).toEqual(['1.0']);
    await vi.advanceTimersByTimeAsync(6000);
    expect(asked).toEqual(['1.0']);
  });

  test('one tile after the other until none is better', async () => {
    const { shown, follower } = pageWith(20);
    follower.want(wishOf(0, 2), DELAY);
    await vi.advanceTimersByTimeAsync(DELAY + 70);
    expect(shown).toEqual(['0.0', '0.1', '0.2']);
    expect(follower.lastMs()).toBe(20);
  });

  test('a moved view finishes its first tile and gives up better ones', async () => {
    const { asked, shown, dropTile, follower } = pageWith(50);
    follower.want(wishOf(0, 5), 0);
    await vi.advanceTimersByTimeAsync(10);
    follower.want(wishOf(1, 5), 10);
    expect(dropTile).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(60);
    expect(shown).toEqual(['0.0', '1.0']);
    await vi.advanceTimersByTimeAsync(10);
    follower.want(wishOf(2, 0), 10);
    expect(dropTile).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(asked).toEqual(['0.0', '1.0', '1.1', '2.0']);
    expect(shown).toEqual(['0.0', '1.0', '2.0']);
  });

  test('nothing after its end', async () => {
    const { asked, shown, follower } = pageWith(50);
    follower.want(wishOf(0, 5), 0);
    await vi.advanceTimersByTimeAsync(10);
    follower.destroy();
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toEqual(['0.0']);
    expect(shown).toEqual([]);
  });
});
