import { describe, expect, test } from 'vitest';
import { type AttentionRow, type Inspection, NOTHING_INSPECTED } from '../../state/page-store';
import { CELL_EVICTED, CELL_SKIPPED } from '../../worker/protocol';
import { describeShade, tokenShading } from './token-shade';

const STILL_THERE = 0xffffffff;

const INSPECTION: Inspection = {
  ...NOTHING_INSPECTED,
  row: {
    layer: 2,
    head: 1,
    query: 4,
    weights: Float32Array.of(0.25, CELL_EVICTED, 0.5, CELL_SKIPPED, 0.25),
    sampledQueries: 1,
  },
  evictedAt: { layer: 2, kvHead: 0, queries: Uint32Array.of(STILL_THERE, 3, STILL_THERE) },
};

describe('how a token is shaded', () => {
  test('by the weight of the picked query', () => {
    const { at, caption } = tokenShading('attention', INSPECTION);
    expect([0, 1, 2, 3, 5].map(at)).toEqual([
      { kind: 'weight', weight: 0.25 },
      { kind: 'evicted', query: 3 },
      { kind: 'weight', weight: 0.5 },
      { kind: 'left-out', query: 4 },
      { kind: 'none' },
    ]);
    expect(caption).toBe('layer 2 · head 1 · attention of query 4');
  });

  test('by what the picked query read', () => {
    const { at, caption } = tokenShading('read', INSPECTION);
    const kinds = [0, 1, 2, 3, 5].map((position) => at(position).kind);
    expect(kinds).toEqual(['read', 'evicted', 'read', 'left-out', 'none']);
    expect(caption).toBe('layer 2 · head 1 · read by query 4');
    expect(describeShade(at(3), 'read', 5)).toBe('left out by the prefill pattern');
    expect(describeShade(at(3), 'read', 4)).toBe('not read by this decode step');
  });

  test('by the mean over all queries, of which none may have looked at a token', () => {
    const received = { ...INSPECTION.row, query: null, sampledQueries: 5 } as AttentionRow;
    const { at } = tokenShading('received', { ...INSPECTION, received });
    expect(describeShade(at(3), 'received', 5)).toBe('left out by every query');
  });

  test('by what the cache kept', () => {
    const { at } = tokenShading('kept', INSPECTION);
    expect([0, 1, 3].map((position) => at(position).kind)).toEqual(['kept', 'evicted', 'none']);
    expect(describeShade(at(1), 'kept', 5)).toContain('query 3');
  });

  test('not at all before anything was looked up', () => {
    for (const shading of ['attention', 'read', 'kept', 'received'] as const) {
      expect(tokenShading(shading, NOTHING_INSPECTED).at(0)).toEqual({ kind: 'none' });
    }
  });
});
