import { describe, expect, it } from 'vitest';
import { randomStream } from '../../reference/random-model';
import { EXCLUDED, FORCED, type Measure, selectRow } from '../../reference/select';
import { runKernel } from '../run-kernel';
import { MEASURE, SELECT_BITS, SELECT_COUNT, SELECT_LIST, SELECTOR_THREADS } from './selectors';

const next = randomStream(11);
const below = (end: number) => Math.floor(((next() + 1) / 2) * end);

interface Row {
  values: number[];
  target: number;
}

/** Every value is a multiple of 2^-12 and sums stay below 2^10, so that their f32 sums are exact. */
function randomRow(length: number, measure: Measure, levels: number): Row {
  const values = Array.from({ length }, () => {
    const value = below(levels) / 4096;
    if (below(40) === 0) return EXCLUDED;
    if (measure === 'mass') return below(40) === 0 ? -value - 1 / 4096 : value;
    return below(40) === 0 ? FORCED : value * (below(2) === 0 ? 1 : -1);
  });
  const target = measure === 'count' ? below(length + 2) : below(17) / 16;
  return { values, target: measure === 'threshold' ? below(levels) / 8192 : target };
}

const LENGTHS = [1, 2, 31, 32, 33, 255, 256, 257, 700, 3001, 5000];

/** Rows of many lengths: values that are nearly all different, a few levels with many ties, all equal. */
function randomRows(measure: Measure): Row[] {
  return LENGTHS.flatMap((length) =>
    [256, 5, 1].map((levels) => randomRow(length, measure, levels)),
  );
}

/** Targets at and beyond their ends, and rows of nothing but special values. */
const EDGES: Record<Measure, Row[]> = {
  count: [
    { values: [1, 3, 2], target: 0 },
    { values: [1, 3, 2], target: 3 },
    { values: [1, EXCLUDED, 2, EXCLUDED], target: 3 },
    { values: [EXCLUDED, EXCLUDED, EXCLUDED], target: 2 },
    { values: [FORCED, 1, FORCED, 2, FORCED], target: 2 },
    { values: [0, -0, 0, -0], target: 2 },
    { values: [1e-30, -1e30, 1e30, -1e-30], target: 2 },
    { values: [], target: 2 },
  ],
  mass: [
    { values: [1, 3, 0, 2], target: 1 },
    { values: [1, 3, 0, 2], target: 1.5 },
    { values: [1, 3, 0, 2], target: 0 },
    { values: [-4, 1, EXCLUDED, 1], target: 0.5 },
    { values: [0, 0, 0], target: 0.5 },
    { values: [EXCLUDED, EXCLUDED], target: 1 },
    { values: [0.5, 0.5, 0.5, 0.5], target: 0.5 },
    { values: [], target: 0.5 },
  ],
  threshold: [
    { values: [0, -0, 1, -1], target: 0 },
    { values: [0, -0, 1, -1], target: -1 },
    { values: [EXCLUDED, FORCED, 0], target: 1e38 },
    { values: [EXCLUDED, -1e38, FORCED, 0], target: Number.NEGATIVE_INFINITY },
    { values: [FORCED, 1], target: Number.POSITIVE_INFINITY },
    { values: [], target: 0 },
  ],
};

const STRIDE = 5003;
const GARBAGE = 0xabcdabcd;

/** What both kernels are called with; more workgroups than rows, over two dimensions. */
function callOf(rows: Row[], measure: Measure) {
  const values = new Float32Array(rows.length * STRIDE).fill(7);
  const sizes = new Uint32Array(2 * rows.length);
  const targets = new Float32Array(sizes.buffer);
  rows.forEach((row, index) => {
    values.set(row.values, index * STRIDE);
    sizes[2 * index] = row.values.length;
    if (measure === 'count') sizes[2 * index + 1] = row.target;
    else targets[2 * index + 1] = row.target;
  });
  const workgroups: [number, number] = [7, Math.ceil((rows.length + 1) / 7)];
  const constants = {
    MEASURE: MEASURE[measure],
    THREADS: SELECTOR_THREADS,
    VALUE_STRIDE: STRIDE,
  };
  return { inputs: { values, sizes }, constants, workgroups };
}

describe.each(['count', 'mass', 'threshold'] as const)('selector by %s', (measure) => {
  const rows = [...randomRows(measure), ...EDGES[measure]];
  const expected = rows.map(({ values, target }) => selectRow(values, measure, target));
  const call = callOf(rows, measure);

  it('lists the chosen indices', async () => {
    const stride = STRIDE + 1;
    const { lists } = await runKernel(SELECT_LIST, {
      ...call,
      constants: { ...call.constants, LIST_STRIDE: stride },
      inputs: { ...call.inputs, lists: new Uint32Array(rows.length * (1 + stride)).fill(GARBAGE) },
      outputs: ['lists'],
    });
    const found = new Uint32Array(lists);
    expected.forEach((chosen, row) => {
      const list = found.subarray(row * (1 + stride), (row + 1) * (1 + stride));
      const name = `row ${row} of ${rows[row].values.length}, target ${rows[row].target}`;
      expect([...list.subarray(0, 1 + chosen.length)], name).toEqual([chosen.length, ...chosen]);
      expect(
        list.subarray(1 + chosen.length).every((word) => word === GARBAGE),
        name,
      ).toBe(true);
    });
  });

  it('counts the chosen indices', async () => {
    const { chosen } = await runKernel(SELECT_COUNT, {
      ...call,
      inputs: { ...call.inputs, chosen: new Uint32Array(rows.length).fill(GARBAGE) },
      outputs: ['chosen'],
    });
    expect([...new Uint32Array(chosen)]).toEqual(expected.map((indices) => indices.length));
  });

  it('sets the bits of the chosen indices', async () => {
    const start = 3;
    const stride = Math.ceil(STRIDE / 32) + 2;
    const { bits } = await runKernel(SELECT_BITS, {
      ...call,
      constants: { ...call.constants, BITS_START: start, BITS_STRIDE: stride },
      inputs: {
        ...call.inputs,
        bits: new Uint32Array(start + rows.length * stride + 5).fill(GARBAGE),
      },
      outputs: ['bits'],
    });
    const words = new Uint32Array(start + rows.length * stride + 5).fill(GARBAGE);
    words.fill(0, start, start + rows.length * stride);
    expected.forEach((chosen, row) => {
      for (const index of chosen) words[start + row * stride + (index >> 5)] |= 1 << (index & 31);
    });
    expect(new Uint32Array(bits)).toEqual(words);
  });
});
