import { describe, expect, test } from 'vitest';
import {
  type AttentionRow,
  type Inspection,
  NOTHING_INSPECTED,
  SHADINGS,
} from '../../state/page-store';
import {
  CELL_EVICTED,
  CELL_SKIPPED,
  type SinkReport,
  type TokenCurves,
} from '../../worker/protocol';
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
    const { at, caption } = tokenShading('attention', INSPECTION, INSPECTION.row, null);
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
    const { at, caption } = tokenShading('read', INSPECTION, INSPECTION.row, null);
    const kinds = [0, 1, 2, 3, 5].map((position) => at(position).kind);
    expect(kinds).toEqual(['read', 'evicted', 'read', 'left-out', 'none']);
    expect(caption).toBe('layer 2 · head 1 · read by query 4');
    expect(describeShade(at(3), 'read', 5)).toBe('left out by the prefill pattern');
    expect(describeShade(at(3), 'read', 4)).toBe('not read by this decode step');
  });

  test('by the mean over all queries, of which none may have looked at a token', () => {
    const received = { ...INSPECTION.row, query: null, sampledQueries: 5 } as AttentionRow;
    const { at } = tokenShading('received', { ...INSPECTION, received }, null, null);
    expect(describeShade(at(3), 'received', 5)).toBe('left out by every query');
  });

  test('by what the cache kept', () => {
    const { at } = tokenShading('kept', INSPECTION, null, null);
    expect([0, 1, 3].map((position) => at(position).kind)).toEqual(['kept', 'evicted', 'none']);
    expect(describeShade(at(1), 'kept', 5)).toContain('query 3');
  });

  test('not at all before anything was looked up', () => {
    for (const shading of SHADINGS) {
      expect(tokenShading(shading, NOTHING_INSPECTED, null, null).at(0)).toEqual({ kind: 'none' });
    }
  });

  test('by what the cache held at an earlier row', () => {
    const at = (step: number) => {
      const shading = tokenShading('kept', INSPECTION, null, step);
      return [0, 1, 2].map((position) => shading.at(position).kind);
    };
    // The second token was gone from query 3 on; what comes after the row was not there yet.
    expect(at(1)).toEqual(['kept', 'kept', 'none']);
    expect(at(2)).toEqual(['kept', 'kept', 'kept']);
    expect(at(3)).toEqual(['kept', 'evicted', 'kept']);
    expect(tokenShading('kept', INSPECTION, null, 2).caption).toBe(
      'layer 2 · KV head 0 · at row 2',
    );
  });

  test('by several heads as one, and says which', () => {
    const row = INSPECTION.row as AttentionRow;
    const caption = (heads: Partial<AttentionRow>) =>
      tokenShading('attention', INSPECTION, { ...row, ...heads }, null).caption;
    expect(caption({ head: 'max' })).toBe('layer 2 · max over its heads · attention of query 4');
    expect(caption({ layer: 'mean', head: 'mean' })).toContain('mean over all heads and layers');
  });

  test('by sink mass: the mean over the layers that saw the key', () => {
    const none = Number.NaN;
    const sinks = {
      layers: 2,
      positions: 3,
      mass: Float32Array.of(0.5, 0.25, none, 0.25, none, none),
    } as SinkReport;
    const { at } = tokenShading('sink', { ...NOTHING_INSPECTED, sinks }, null, null);
    expect([0, 1, 2].map(at)).toEqual([
      { kind: 'weight', weight: 0.375 },
      { kind: 'weight', weight: 0.25 },
      { kind: 'none' },
    ]);
    expect(describeShade(at(0), 'sink', 5)).toBe('mass 0.3750');
  });

  test('by the curves along the text, in their units', () => {
    const curves = {
      waad: Float32Array.of(0, 4.25),
      fai: Float32Array.of(0.125, Number.NaN),
      localHeads: [],
      globalHeads: [{ layer: 0, head: 1 }],
    } as unknown as TokenCurves;
    const inspection = { ...NOTHING_INSPECTED, curves, surprisal: Float32Array.of(Number.NaN, 2) };
    const said = (shading: 'waad' | 'fai' | 'surprisal', position: number) =>
      describeShade(tokenShading(shading, inspection, null, null).at(position), shading, 5);
    expect(said('waad', 1)).toBe('looks back 4.25 tokens (WAAD)');
    expect(said('fai', 0)).toBe('influence (FAI) 0.1250');
    expect(said('fai', 1)).toBe('not computed');
    expect(said('surprisal', 1)).toBe('surprisal 2 nats, probability 0.1353');
    expect(said('surprisal', 0)).toBe('not computed');
  });
});
