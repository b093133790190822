import { describe, expect, test } from 'vitest';
import { type Inspection, NOTHING_INSPECTED } from '../../state/page-store';
import { CELL_EVICTED } from '../../worker/protocol';
import { describeShade, tokenShading } from './token-shade';

const STILL_THERE = 0xffffffff;

const INSPECTION: Inspection = {
  ...NOTHING_INSPECTED,
  row: {
    layer: 2,
    head: 1,
    query: 3,
    weights: Float32Array.of(0.25, CELL_EVICTED, 0.5, 0.25),
    sampledQueries: 1,
  },
  evictedAt: { layer: 2, kvHead: 0, queries: Uint32Array.of(STILL_THERE, 3, STILL_THERE) },
};

describe('how a token is shaded', () => {
  test('by the weight of the picked query', () => {
    const { at, caption } = tokenShading('attention', INSPECTION);
    expect([0, 1, 2, 4].map(at)).toEqual([
      { kind: 'weight', weight: 0.25 },
      { kind: 'evicted', query: 3 },
      { kind: 'weight', weight: 0.5 },
      { kind: 'none' },
    ]);
    expect(caption).toBe('layer 2 · head 1 · attention of query 3');
  });

  test('by what the cache kept', () => {
    const { at } = tokenShading('kept', INSPECTION);
    expect([0, 1, 3].map((position) => at(position).kind)).toEqual(['kept', 'evicted', 'none']);
    expect(describeShade(at(1), 'kept')).toContain('query 3');
  });

  test('not at all before anything was looked up', () => {
    for (const shading of ['attention', 'kept', 'received'] as const) {
      expect(tokenShading(shading, NOTHING_INSPECTED).at(0)).toEqual({ kind: 'none' });
    }
  });
});
