import { describe, expect, test } from 'vitest';
import type { Tile, TileRequest } from '../../worker/protocol';
import { firstRequest, isSampled, nextRequest } from './tile-levels';

function fullOf(tokens: number, rows: number, columns: number): TileRequest {
  const all: [number, number] = [0, tokens];
  return { layer: 0, head: 0, queries: all, keys: all, rows, columns, pooling: 'max' };
}

function tileOf(request: TileRequest, sampledQueries: number, sampledKeys: number): Tile {
  const { rows, columns } = request;
  const weights = new Float32Array();
  return { request, rows, columns, weights, exact: false, sampledQueries, sampledKeys };
}

describe('tiles become better step by step', () => {
  test('the first one is small at any length and any size of the screen', () => {
    for (const [tokens, rows, columns] of [
      [32768, 440, 1280],
      [131072, 2000, 2000],
      [32768, 1, 32768],
    ]) {
      const first = firstRequest(fullOf(tokens, rows, columns));
      expect(first.rows * first.columns).toBeLessThanOrEqual(2 ** 14);
      expect(first.rows).toBeGreaterThan(0);
      expect(first.mostWeights).toBe(2 ** 18);
    }
  });

  test('what fits the first tile is asked for once', () => {
    const full = fullOf(100, 100, 100);
    const first = firstRequest(full);
    expect(first).toMatchObject({ rows: 100, columns: 100 });
    expect(nextRequest(full, tileOf(first, 1, 1), 1)).toBeNull();
  });

  test('then the pixels of the screen, then more weights, until none is left out', () => {
    const full = fullOf(32768, 400, 600);
    const second = nextRequest(full, tileOf(firstRequest(full), 1, 4), 5000);
    expect(second).toEqual({ ...full, mostWeights: 2 ** 21 });
    if (!second) throw new Error('There is no second tile.');
    const third = nextRequest(full, tileOf(second, 1, 8), 20);
    expect(third).toEqual({ ...full, mostWeights: 2 ** 24 });
    if (!third) throw new Error('There is no third tile.');
    expect(nextRequest(full, tileOf(third, 82, 55), 20)).toBeNull();
  });

  test('a slow adapter keeps what took it long', () => {
    const full = fullOf(32768, 400, 600);
    const second = { ...full, mostWeights: 2 ** 21 };
    expect(nextRequest(full, tileOf(second, 1, 8), 501)).toBeNull();
  });

  test('a tile is sampled where it covers more than it computed', () => {
    const full = fullOf(1000, 400, 600);
    expect(isSampled(tileOf(full, 3, 2))).toBe(false);
    expect(isSampled(tileOf(full, 2, 2))).toBe(true);
    expect(isSampled(tileOf(full, 3, 1))).toBe(true);
  });
});
