import { describe, expect, test } from 'vitest';
import { CELL_EVICTED, CELL_FUTURE, CELL_SKIPPED, type Tile } from '../../worker/protocol';
import { describeCell, describeTile, type Origin, weightName } from './describe-tile';
import type { TileCell } from './tile-cells';

const TEXT = { pieces: ['<bos>', ' a', '\n'], promptLength: 6 };
const EXACT: Origin = { layer: 0, head: 0, pooling: 'max', sampledQueries: 1, sampledKeys: 1 };
const SINGLE: TileCell = { value: 0.03, compared: null, queries: [2, 3], keys: [1, 2] };
const POOLED: TileCell = { value: 0.03, compared: null, queries: [4, 8], keys: [2, 4] };

describe('a cell in words', () => {
  test('a single weight exactly, with both tokens', () => {
    expect(describeCell(SINGLE, TEXT, EXACT)).toEqual([
      'query 2 “↵”',
      'key 1 “ a”',
      'weight 0.0300',
    ]);
  });

  test('a pooled one with how and over what', () => {
    expect(describeCell(POOLED, TEXT, { ...EXACT, sampledKeys: 2 })).toEqual([
      'query 4–7',
      'key 2–3',
      'max of the weights computed in 4 × 2 pairs: 0.0300, 1 of 4 queries sampled',
    ]);
    expect(describeCell(POOLED, TEXT, EXACT).at(-1)).toContain(
      '1 of 4 queries and 1 of 2 keys sampled',
    );
  });

  test('of all heads or layers, by name', () => {
    expect(weightName({ layer: 3, head: 'mean' })).toBe('mean weight of the heads');
    expect(weightName({ layer: 'max', head: 2 })).toBe('largest weight of the layers');
    const both = { ...EXACT, layer: 'mean', head: 'max' } as const;
    expect(describeCell(SINGLE, TEXT, both).at(-1)).toBe(
      'mean over the layers of the largest weight of the heads: 0.0300',
    );
    expect(describeCell(POOLED, TEXT, { ...both, layer: 0 }).at(-1)).toContain(
      'max of the largest weights of the heads computed in 4 × 2 pairs: 0.0300',
    );
    const gone = { ...SINGLE, value: CELL_EVICTED };
    expect(describeCell(gone, TEXT, both).at(-1)).toBe('evicted before this query in all heads');
  });

  test('of two runs, with both numbers and their difference', () => {
    const cell = { ...SINGLE, value: 0.5, compared: 0.25 };
    expect(describeCell(cell, TEXT, EXACT).at(-1)).toBe(
      'weight B − A = −0.2500 (A 0.5000, B 0.2500)',
    );
    const lost = { ...SINGLE, value: 0.5, compared: CELL_EVICTED };
    expect(describeCell(lost, TEXT, EXACT).at(-1)).toBe(
      'weight B − A = −0.5000 (A 0.5000, B evicted)',
    );
    const neither = { ...SINGLE, value: CELL_EVICTED, compared: CELL_SKIPPED };
    expect(describeCell(neither, TEXT, EXACT).at(-1)).toBe(
      'evicted before this query in both runs',
    );
    const pooled = { ...POOLED, value: CELL_SKIPPED, compared: 0.25 };
    expect(describeCell(pooled, TEXT, EXACT).slice(-2)).toEqual([
      'weight B − A = +0.2500 (A left out, B 0.2500)',
      'max of the weights computed in 4 × 2 pairs, 1 of 4 queries and 1 of 2 keys sampled',
    ]);
  });

  test.each([
    [CELL_FUTURE, [5, 6], 'the key comes after the query'],
    [CELL_FUTURE, [4, 6], 'all keys come after the queries'],
    [CELL_EVICTED, [5, 6], 'evicted before this query'],
    [CELL_SKIPPED, [5, 6], 'left out by the prefill pattern'],
    [CELL_SKIPPED, [6, 7], 'not read by this decode step'],
    [CELL_EVICTED, [4, 6], 'none of 2 × 1 pairs computed, some evicted before'],
    [CELL_SKIPPED, [4, 6], 'all of 2 × 1 pairs left out by the prefill pattern'],
    [CELL_SKIPPED, [6, 8], 'all of 2 × 1 pairs not read by these decode steps'],
    [CELL_SKIPPED, [5, 7], 'left out by the prefill pattern and by decode steps'],
  ] as const)('why there is none: %d over queries %j', (value, queries, words) => {
    const cell: TileCell = { value, compared: null, queries: [...queries], keys: [0, 1] };
    expect(describeCell(cell, TEXT, { ...EXACT, sampledQueries: 2 }).at(-1)).toContain(words);
  });
});

describe('what a pixel stands for', () => {
  function tileOf(change: Partial<Tile>): Tile {
    return {
      request: { ...EXACT, queries: [0, 8], keys: [0, 4], rows: 2, columns: 2 },
      rows: 2,
      columns: 2,
      weights: new Float32Array(4),
      exact: false,
      sampledQueries: 4,
      sampledKeys: 2,
      ...change,
    };
  }

  test('single pairs', () => {
    const exact = tileOf({ exact: true });
    expect(describeTile(exact, false)).toBe('Every cell is one exact weight.');
    expect(describeTile(exact, true)).toBe('Every cell is one pair.');
    expect(describeTile({ ...exact, compared: new Float32Array(4) }, false)).toBe(
      'Every cell is one exact weight, B minus A.',
    );
    const merged = { ...exact, request: { ...exact.request, head: 'mean' as const } };
    expect(describeTile(merged, false)).toBe(
      'Every cell is one pair: the mean weight of the heads.',
    );
  });

  test('many', () => {
    expect(describeTile(tileOf({}), false)).toBe(
      'A pixel is the largest of the weights computed in up to 4 × 2 pairs (queries × keys). Zoom in for single weights.',
    );
    expect(describeTile(tileOf({ sampledQueries: 1 }), true)).toContain(
      'up to 4 × 2 pairs (queries × keys, 1 of 4 queries sampled): computed if any was',
    );
  });
});
