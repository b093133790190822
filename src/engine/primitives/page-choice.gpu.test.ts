import { describe, expect, it } from 'vitest';
import { randomStream } from '../../reference/random-model';
import { EXCLUDED, FORCED } from '../../reference/select';
import { runKernel } from '../run-kernel';
import { PAGE_BOUNDS } from './page-choice';
import { PAGE_STATS } from './page-stats';
import { testStep } from './testing-decode';

const next = randomStream(51);
const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

/** Minimum, maximum and mean of channel t of these keys. */
function statsOf(keys: Float64Array[], t: number): [number, number, number] {
  const channel = keys.map((key) => key[t]);
  const sum = channel.reduce((total, value) => total + value, 0);
  return [Math.min(...channel), Math.max(...channel), sum / channel.length];
}

function bound(query: Float64Array, keys: Float64Array[]): number {
  return query.reduce((sum, q, t) => {
    const [lowest, highest] = statsOf(keys, t);
    return sum + Math.max(q * lowest, q * highest);
  }, 0);
}

describe('page statistics', () => {
  const KV_HEADS = [{ slots: 70 }, { slots: 1 }, { slots: 32 }];

  it.each([
    [4, 0, 2],
    [12, 1, 3],
    [20, 37, 2],
    [128, 16, 3],
  ])('heads of %i, %i new entries, %i kinds', async (headDim, tokens, kinds) => {
    const step = testStep({ heads: 3, kvHeads: KV_HEADS, headDim, tokens }, next);
    const stride = 9;
    const old = new Float32Array(2 * KV_HEADS.length * stride * kinds * headDim).fill(7);
    const { stats } = await runKernel(PAGE_STATS, {
      constants: { ...step.constants, STATS_STRIDE: stride, KINDS: kinds },
      frame: step.cache.frame,
      cacheTable: step.cache.cacheTable,
      inputs: { ...step.inputs, stats: old },
      outputs: ['stats'],
      workgroups: [stride, KV_HEADS.length],
    });
    const expected = Float64Array.from(old);
    KV_HEADS.forEach(({ slots }, kvHead) => {
      const first = tokens === 0 ? 0 : slots >> 4;
      for (const page of range(first, Math.ceil((slots + tokens) / 16))) {
        const keys = range(16 * page, Math.min(16 * page + 16, slots + tokens)).map((slot) =>
          step.key(kvHead, slot),
        );
        const at = ((KV_HEADS.length + kvHead) * stride + page) * kinds * headDim;
        for (let t = 0; t < headDim; t++) {
          statsOf(keys, t)
            .slice(0, kinds)
            .forEach((value, kind) => {
              expected[at + kind * headDim + t] = value;
            });
        }
      }
    });
    const found = new Float32Array(stats);
    const worst = expected.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - found[i])),
      0,
    );
    expect(worst).toBeLessThan(1e-6);
  });
});

describe('page bounds', () => {
  interface Case {
    page: number;
    inParts: boolean;
    firstForced: boolean;
    budgetSlots: number;
    headDim: number;
    kinds: number;
  }
  const plain = { page: 16, inParts: false, firstForced: false, budgetSlots: 0, headDim: 12 };
  const CASES: Case[] = [
    { ...plain, kinds: 2 },
    { ...plain, kinds: 3, page: 48, firstForced: true, headDim: 4 },
    { ...plain, kinds: 2, page: 48, inParts: true, headDim: 20 },
    { ...plain, kinds: 3, page: 32, inParts: true, firstForced: true, budgetSlots: 161 },
  ];

  it.each(CASES)('%j', async ({ page, inParts, firstForced, budgetSlots, headDim, kinds }) => {
    // The last head has a window: it reads all it holds.
    const kvHeads = [{ slots: 160 }, { slots: 15 }, { slots: 161 }, { slots: 60, recent: 40 }];
    const step = testStep({ heads: 8, kvHeads, headDim }, next);
    const [stride, valueStride, budgetPages] = [11, 12, 3];
    const stats = new Float32Array(2 * kvHeads.length * stride * kinds * headDim).fill(9);
    kvHeads.forEach((_, kvHead) => {
      for (const part of range(0, Math.ceil(step.slots(kvHead) / 16))) {
        const keys = range(16 * part, Math.min(16 * part + 16, step.slots(kvHead)));
        for (let t = 0; t < headDim; t++) {
          const own = statsOf(
            keys.map((slot) => step.key(kvHead, slot)),
            t,
          ).slice(0, kinds);
          own.forEach((value, kind) => {
            const at = ((kvHeads.length + kvHead) * stride + part) * kinds + kind;
            stats[at * headDim + t] = value;
          });
        }
      }
    });
    const result = await runKernel(PAGE_BOUNDS, {
      constants: {
        ...step.constants,
        STATS_STRIDE: stride,
        KINDS: kinds,
        VALUE_STRIDE: valueStride,
        PAGE: page,
        IN_PARTS: inParts ? 1 : 0,
        FIRST_FORCED: firstForced ? 1 : 0,
        BUDGET_PAGES: budgetPages,
        BUDGET_SLOTS: budgetSlots,
      },
      frame: step.cache.frame,
      cacheTable: step.cache.cacheTable,
      inputs: {
        ...step.inputs,
        stats,
        values: new Float32Array(8 * valueStride).fill(EXCLUDED),
        sizes: new Uint32Array(16),
      },
      outputs: ['values', 'sizes'],
      workgroups: [1, 8],
    });
    const found = new Float32Array(result.values);
    const sizes: number[] = [];
    for (let head = 0; head < 8; head++) {
      const kvHead = step.kvHeadOf(head);
      const slots = step.slots(kvHead);
      const pages = Math.ceil(slots / page);
      sizes.push(pages, slots <= budgetSlots || kvHead === 3 ? pages : budgetPages);
      for (const index of range(0, valueStride)) {
        const own = range(index * page, Math.min((index + 1) * page, slots));
        const keys = own.map((slot) => step.key(kvHead, slot));
        let expected = EXCLUDED;
        if (index === pages - 1 || (firstForced && index === 0)) expected = FORCED;
        else if (index < pages) {
          const grain = inParts ? 16 : page;
          const bounds = range(0, page / grain).map((part) =>
            bound(step.query(head), keys.slice(part * grain, (part + 1) * grain)),
          );
          expected = Math.max(...bounds);
          // No key of the page scores above its bound.
          for (const key of keys) {
            const score = key.reduce((sum, value, t) => sum + value * step.query(head)[t], 0);
            expect(score).toBeLessThanOrEqual(found[head * valueStride + index] + 1e-4);
          }
        }
        const value = found[head * valueStride + index];
        expect(Math.abs(value / expected - 1), `head ${head}, page ${index}`).toBeLessThan(1e-5);
      }
    }
    expect([...new Uint32Array(result.sizes)]).toEqual(sizes);
  });
});
