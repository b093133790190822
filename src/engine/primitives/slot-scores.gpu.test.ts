import { describe, expect, it } from 'vitest';
import { ropeFrequencies } from '../../model/rotation';
import { rotate, softmax } from '../../reference/formulas';
import { randomStream } from '../../reference/random-model';
import { EXCLUDED, FORCED } from '../../reference/select';
import { cosine, dot } from '../../reference/vectors';
import { ropeTable } from '../rope-table';
import { runKernel } from '../run-kernel';
import { DRIFT, SCORE_SUMS, SLOT_SCORES, VOTES } from './slot-scores';
import { testStep } from './testing-decode';

const next = randomStream(61);
const KEEP = 0xffffffff;
const STRIDE = 210;
const THETA = 10000;

const gateOf = (open: boolean) => Uint32Array.of(open ? 1 : 0);

describe('slot scores', () => {
  it.each([
    { headDim: 12, distance: 0, heads: 6 },
    { headDim: 4, distance: 5, heads: 3 },
    { headDim: 20, distance: 700, heads: 3 },
    { headDim: 256, distance: 0, heads: 3 },
  ])('%j', async ({ headDim, distance, heads }) => {
    const kvHeads = [{ slots: 200 }, { slots: 0 }, { slots: 90, sinks: 3, recent: 50 }];
    const step = testStep({ heads, kvHeads, headDim }, next);
    const call = {
      constants: { ...step.constants, VALUE_STRIDE: STRIDE, TAKE: 17, DISTANCE: distance },
      frame: step.cache.frame,
      cacheTable: step.cache.cacheTable,
      ropeTable: ropeTable({ frequencies: ropeFrequencies(headDim, THETA), scale: 1 }),
      inputs: {
        ...step.inputs,
        scores: new Float32Array(heads * STRIDE).fill(7),
        sizes: new Uint32Array(2 * heads),
      },
      outputs: ['scores', 'sizes'],
      workgroups: [4, heads] as [number, number],
    };
    const open = await runKernel(SLOT_SCORES, {
      ...call,
      inputs: { ...call.inputs, gate: gateOf(true) },
    });
    const scores = new Float32Array(open.scores);
    const sizes: number[] = [];
    for (let head = 0; head < heads; head++) {
      const kvHead = step.kvHeadOf(head);
      const { sinks = 0, recent = Number.POSITIVE_INFINITY } = kvHeads[kvHead];
      const slots = step.slots(kvHead);
      sizes.push(slots, 17);
      const query = rotate(step.query(head), distance, [...ropeFrequencies(headDim, THETA)]);
      for (let slot = 0; slot < STRIDE; slot++) {
        let expected = 7;
        if (slot < slots) {
          const product = dot(query, step.key(kvHead, slot));
          const seen = slot < sinks || slots - 1 - slot < recent;
          expected = seen
            ? product / Math.sqrt(headDim) + step.bias(kvHead, slot)
            : Math.fround(EXCLUDED);
        }
        const error = Math.abs(scores[head * STRIDE + slot] - expected);
        expect(error, `head ${head}, slot ${slot}`).toBeLessThan(1e-5);
      }
    }
    expect([...new Uint32Array(open.sizes)]).toEqual(sizes);

    const closed = await runKernel(SLOT_SCORES, {
      ...call,
      inputs: { ...call.inputs, gate: gateOf(false) },
    });
    expect(new Float32Array(closed.scores).every((value) => value === 7)).toBe(true);
    expect([...new Uint32Array(closed.sizes)]).toEqual(sizes.map((_, i) => (i % 2 ? 17 : KEEP)));
  });
});

describe('votes', () => {
  it.each([
    { heads: 6, slots: [205, 205], group: 6, sinks: 4, recent: 30 },
    { heads: 6, slots: [205, 205, 205], group: 6, sinks: 0, recent: 1 },
    { heads: 6, slots: [205, 9], group: 3, sinks: 0, recent: 0 },
    { heads: 4, slots: [40], group: 1, sinks: 2, recent: 5 },
  ])('%j', async ({ heads, slots, group, sinks, recent }) => {
    const kvHeads = slots.map((count) => ({ slots: count - 1 }));
    const step = testStep({ heads, kvHeads, headDim: 4 }, next);
    const scores = Float32Array.from({ length: heads * STRIDE }, () => 8 * next());
    const rows = heads / group;
    const call = {
      constants: {
        ...step.constants,
        VALUE_STRIDE: STRIDE,
        SINKS: sinks,
        RECENT: recent,
        LIST_GROUP: group,
        TAKE: 11,
        THREADS: 64,
      },
      frame: step.cache.frame,
      cacheTable: step.cache.cacheTable,
      inputs: {
        ...step.inputs,
        gate: gateOf(true),
        scores,
        sums: new Float32Array(2 * heads).fill(7),
        values: new Float32Array(rows * STRIDE).fill(7),
        sizes: new Uint32Array(2 * rows),
      },
    };
    const { sums } = await runKernel(SCORE_SUMS, {
      ...call,
      outputs: ['sums'],
      workgroups: [heads, 1],
    });
    const vote = (gate: Uint32Array<ArrayBuffer>) =>
      runKernel(VOTES, {
        ...call,
        inputs: { ...call.inputs, gate, sums: new Float32Array(sums) },
        outputs: ['values', 'sizes'],
        workgroups: [4, rows],
      });
    const open = await vote(gateOf(true));
    const values = new Float32Array(open.values);
    const sizes: number[] = [];
    for (let row = 0; row < rows; row++) {
      const length = slots[step.kvHeadOf(row * group)] - recent;
      sizes.push(length, 11);
      const weights = Array.from({ length: group }, (_, i) => {
        const first = (row * group + i) * STRIDE;
        return softmax([...scores.subarray(first + sinks, first + length)]).weights;
      });
      for (let slot = 0; slot < STRIDE; slot++) {
        let expected = 7;
        if (slot < sinks) expected = Math.fround(FORCED);
        else if (slot < length) expected = weights.reduce((sum, own) => sum + own[slot - sinks], 0);
        expect(Math.abs(values[row * STRIDE + slot] - expected)).toBeLessThan(1e-6);
      }
    }
    expect([...new Uint32Array(open.sizes)]).toEqual(sizes);

    const closed = await vote(gateOf(false));
    expect(new Float32Array(closed.values).every((value) => value === 7)).toBe(true);
    expect([...new Uint32Array(closed.sizes)]).toEqual(sizes.map((_, i) => (i % 2 ? 11 : KEEP)));
    const still = await runKernel(SCORE_SUMS, {
      ...call,
      inputs: { ...call.inputs, gate: gateOf(false) },
      outputs: ['sums'],
      workgroups: [heads, 1],
    });
    expect(new Float32Array(still.sums).every((value) => value === 7)).toBe(true);
  });
});

describe('drift', () => {
  const step = testStep({ heads: 5, kvHeads: [{ slots: 3 }], headDim: 12 }, next);
  const queries = Array.from({ length: 5 }, (_, head) => [...step.query(head)]);

  async function drift(sumHeads: boolean, threshold: number, before: number[] | null) {
    const query = sumHeads
      ? queries[0].map((_, i) => queries.reduce((sum, own) => sum + own[i], 0))
      : queries.flat();
    const last = Float32Array.of(
      ...(before ? [1, ...before] : new Array(1 + query.length).fill(0)),
    );
    const result = await runKernel(DRIFT, {
      constants: { ...step.constants, SUM_HEADS: sumHeads ? 1 : 0, THREADS: 64 },
      inputs: {
        drift: Float32Array.of(threshold, 0, 0, 0),
        qkv: step.inputs.qkv,
        last,
        gate: Uint32Array.of(5),
      },
      outputs: ['last', 'gate'],
      workgroups: [1, 1],
    });
    const [flag, ...kept] = new Float32Array(result.last);
    return { query, gate: new Uint32Array(result.gate)[0], flag, kept, last };
  }

  it.each([true, false])('opens the first time, at any threshold; sums: %s', async (sumHeads) => {
    const { gate, flag, kept, query } = await drift(sumHeads, -1, null);
    expect([gate, flag]).toEqual([1, 1]);
    kept.forEach((value, i) => {
      expect(value).toBeCloseTo(query[i], 5);
    });
  });

  it.each([true, false])('opens below the threshold; sums: %s', async (sumHeads) => {
    const before = Array.from({ length: sumHeads ? 12 : 60 }, (_, i) => {
      const own = sumHeads ? queries.reduce((sum, q) => sum + q[i], 0) : queries.flat()[i];
      return 3 * (own + next());
    });
    const { query } = await drift(sumHeads, 0, before);
    const similarity = cosine(Float64Array.from(query), Float64Array.from(before));
    const above = await drift(sumHeads, similarity + 1e-4, before);
    expect(above.gate).toBe(1);
    above.kept.forEach((value, i) => {
      expect(value).toBeCloseTo(query[i], 5);
    });
    const below = await drift(sumHeads, similarity - 1e-4, before);
    expect(below.gate).toBe(0);
    expect(below.kept).toEqual([...below.last.subarray(1)]);
  });

  it('takes a zero vector as neither near nor far', async () => {
    const zero = new Array<number>(60).fill(0);
    expect((await drift(false, 0.01, zero)).gate).toBe(1);
    expect((await drift(false, -0.01, zero)).gate).toBe(0);
  });
});
