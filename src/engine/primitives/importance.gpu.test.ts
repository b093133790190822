import { describe, expect, it } from 'vitest';
import { randomStream } from '../../reference/random-model';
import { FORCED } from '../../reference/select';
import { runKernel } from '../run-kernel';
import { IMPORTANCE, POOLING } from './cache-work';
import { pagedHeads } from './testing';

const next = randomStream(31);
const STRIDE = 700;

interface Case {
  /** Slots of each head before the submission; two layers of three KV heads. */
  slots: number[];
  tokens: number;
  sinks: number;
  recent: number;
  width: number;
  pooling: keyof typeof POOLING;
  layerShared: boolean;
}

const ragged = [0, 1, 40, 255, 600, 16];
const CASES: Case[] = [
  {
    slots: ragged,
    tokens: 0,
    sinks: 0,
    recent: 0,
    width: 1,
    pooling: 'average',
    layerShared: false,
  },
  {
    slots: ragged,
    tokens: 2,
    sinks: 4,
    recent: 16,
    width: 7,
    pooling: 'average',
    layerShared: false,
  },
  { slots: ragged, tokens: 1, sinks: 0, recent: 3, width: 5, pooling: 'max', layerShared: false },
  {
    slots: [90, 90, 90, 300, 300, 300],
    tokens: 1,
    sinks: 1,
    recent: 8,
    width: 3,
    pooling: 'average',
    layerShared: true,
  },
  {
    slots: [9, 9, 9, 31, 31, 31],
    tokens: 1,
    sinks: 0,
    recent: 1,
    width: 13,
    pooling: 'max',
    layerShared: true,
  },
];

/** What the selector should get for a head, from the scores [kvHeads][slots] of its layer. */
function expectedValues(scores: number[][], kvHead: number, call: Case): number[] {
  const own = scores[kvHead].map((score, slot) =>
    call.layerShared ? scores.reduce((sum, other) => sum + other[slot], 0) / scores.length : score,
  );
  const scored = Math.max(0, own.length - call.recent);
  const reach = (call.width - 1) / 2;
  return own.map((_, slot) => {
    if (slot < call.sinks || slot >= scored) return Math.fround(FORCED);
    const near = Array.from({ length: call.width }, (_, i) => {
      const neighbour = slot - reach + i;
      return neighbour >= 0 && neighbour < scored ? own[neighbour] : 0;
    });
    return call.pooling === 'max'
      ? Math.max(...near)
      : near.reduce((sum, score) => sum + score, 0) / call.width;
  });
}

describe('importance', () => {
  it.each(CASES)('%j', async (call) => {
    const { slots, tokens, sinks, recent, width } = call;
    const cache = pagedHeads(
      slots.map((count) => ({ slots: count })),
      tokens,
      next,
    );
    // Negative scores too, so that the zeros beyond the ends can be the largest.
    const pool = Float32Array.from({ length: cache.rows }, next);
    const budgets = Uint32Array.from(slots, (_, head) => 100 + head);
    const scores = slots.map((count, head) =>
      Array.from({ length: count + tokens }, (_, slot) => pool[cache.row(head, slot)]),
    );
    const result = await runKernel(IMPORTANCE, {
      constants: {
        HEADS: 3,
        KV_HEADS: 3,
        VALUE_STRIDE: STRIDE,
        KERNEL: width,
        POOLING: POOLING[call.pooling],
        LAYER_SHARED: call.layerShared ? 1 : 0,
      },
      frame: cache.frame,
      cacheTable: cache.cacheTable,
      inputs: {
        importance: new Uint32Array([sinks, recent, 0, 0]),
        scores: pool,
        budgets,
        values: new Float32Array(slots.length * STRIDE).fill(7),
        sizes: new Uint32Array(slots.length * 2),
      },
      outputs: ['values', 'sizes'],
      workgroups: [Math.ceil((Math.max(...slots) + tokens) / 256), slots.length],
    });
    const values = new Float32Array(result.values);
    slots.forEach((count, head) => {
      const layer = Math.floor(head / 3);
      const expected = expectedValues(scores.slice(3 * layer, 3 * layer + 3), head % 3, call);
      const found = values.subarray(head * STRIDE, (head + 1) * STRIDE);
      expected.forEach((value, slot) => {
        const error = Math.abs(found[slot] - value);
        expect(error, `head ${head}, slot ${slot}: ${found[slot]}`).toBeLessThan(1e-6);
      });
      expect(found.subarray(count + tokens).every((value) => value === 7)).toBe(true);
    });
    expect([...new Uint32Array(result.sizes)]).toEqual(
      slots.flatMap((count, head) => [count + tokens, 100 + head]),
    );
  });
});
