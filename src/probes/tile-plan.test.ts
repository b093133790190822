import { describe, expect, test } from 'vitest';
import { type TileSpec, tilePlan } from './tile-plan';

function specOf(tokens: number, rows: number, columns: number, mostWeights?: number): TileSpec {
  const all: [number, number] = [0, tokens];
  return { layer: 0, head: 0, queries: all, keys: all, rows, columns, pooling: 'max', mostWeights };
}

describe('how a tile is computed', () => {
  test('never more rows and columns than there are queries and keys; then it is exact', () => {
    const plan = tilePlan(specOf(50, 200, 600), 1);
    expect(plan).toMatchObject({ rows: 50, columns: 50, exact: true });
    expect(plan).toMatchObject({ querySamples: 1, keySamples: 1 });
  });

  test('all pairs as long as they can be afforded', () => {
    expect(tilePlan(specOf(2048, 200, 600), 1)).toMatchObject({
      exact: false,
      querySamples: 10,
      keySamples: 4,
    });
    expect(tilePlan(specOf(1000, 200, 600, 1_000_000), 1)).toMatchObject({
      querySamples: 5,
      keySamples: 2,
    });
  });

  test('queries are sampled first, keys only when one query a cell is too many', () => {
    expect(tilePlan(specOf(4096, 256, 512, 2 ** 22), 1)).toMatchObject({
      querySamples: 4,
      keySamples: 8,
    });
    expect(tilePlan(specOf(32768, 256, 512, 2 ** 22), 1)).toMatchObject({
      querySamples: 1,
      keySamples: 32,
    });
    expect(tilePlan(specOf(32768, 256, 512, 2 ** 22), 16)).toMatchObject({
      querySamples: 1,
      keySamples: 2,
    });
    expect(tilePlan(specOf(32768, 256, 512, 2 ** 10), 16)).toMatchObject({
      querySamples: 1,
      keySamples: 1,
    });
    expect(tilePlan(specOf(4096, 256, 512, 2 ** 22), 1, 4)).toMatchObject({
      querySamples: 1,
      keySamples: 8,
    });
  });

  test('workgroups cover all cells, whatever the lanes hold', () => {
    // Four rows a band: 129 columns are 3 groups, 13 rows are 4 bands.
    expect(tilePlan(specOf(200, 13, 129, 13 * 200), 1)).toMatchObject({
      querySamples: 1,
      groups: 3 * 4,
      groupWeights: 64 * 4 * 2,
    });
    // Four samples of a row fill the lanes: a band is a row.
    expect(tilePlan(specOf(200, 13, 129), 1)).toMatchObject({
      querySamples: 16,
      groups: 3 * 13,
      groupWeights: 64 * 16 * 2,
    });
  });
});
