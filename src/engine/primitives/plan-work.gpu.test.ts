import { describe, expect, it } from 'vitest';
import { packStruct } from '../../gpu/wgsl';
import { softmax } from '../../reference/formulas';
import { kvHeadOf } from '../../reference/methods/decode/scores';
import type { PrefillView } from '../../reference/methods/method';
import { meanBlocks } from '../../reference/methods/prefill/blocks';
import {
  columnSums,
  diagonalSums,
  lastRows,
  scaledDot,
} from '../../reference/methods/prefill/last-rows';
import { blockScores } from '../../reference/methods/prefill/xattention';
import { randomStream } from '../../reference/random-model';
import { FORCED } from '../../reference/select';
import { dot } from '../../reference/vectors';
import { FRAME_CODE, MAX_CHUNK } from '../kernels';
import { runKernel } from '../run-kernel';
import {
  BLOCK_MEANS,
  BLOCK_SCORES,
  BLOCK_SHARES,
  BUDGET_LINES,
  COLUMN_SUMS,
  DIAGONAL_SUMS,
  EXPAND_BLOCKS,
  ROW_LSE,
} from './plan-work';
import { pagedHeads } from './testing';

interface Shape {
  heads: number;
  kvHeads: number;
  headDim: number;
  start: number;
  tokens: number;
}

const SHAPES: Shape[] = [
  { heads: 6, kvHeads: 2, headDim: 12, start: 192, tokens: 77 },
  { heads: 3, kvHeads: 3, headDim: 20, start: 0, tokens: 61 },
  { heads: 4, kvHeads: 1, headDim: 4, start: 64, tokens: 1 },
  { heads: 2, kvHeads: 1, headDim: 64, start: 512, tokens: 130 },
];

const nameOf = ({ heads, kvHeads, headDim, start, tokens }: Shape) =>
  `${heads} heads of ${headDim} over ${kvHeads}, tokens ${start} to ${start + tokens}`;

/** The second of two layers; its caches lie scattered over their pools. */
const LAYER = 1;

/** A layer of random queries and keys in the middle of a text: on the GPU, and for the reference. */
function randomChunk({ heads, kvHeads, headDim, start, tokens }: Shape) {
  const next = randomStream(headDim + tokens);
  const vector = (spread: number) => Float32Array.from({ length: headDim }, () => spread * next());
  const keyVectors = Array.from({ length: kvHeads }, () =>
    Array.from({ length: start + tokens }, () => vector(2)),
  );
  const queryVectors = Array.from({ length: heads }, () =>
    Array.from({ length: tokens }, () => vector(3)),
  );
  const paged = pagedHeads(new Array(2 * kvHeads).fill({ slots: start }), tokens, next);
  const parts = heads + 2 * kvHeads;
  const qkv = new Float32Array(tokens * parts * headDim);
  const keys = new Float32Array(paged.rows * headDim);
  keyVectors.forEach((list, kvHead) => {
    list.forEach((key, slot) => {
      keys.set(key, paged.row(LAYER * kvHeads + kvHead, slot) * headDim);
      if (slot >= start) qkv.set(key, ((slot - start) * parts + heads + kvHead) * headDim);
    });
  });
  queryVectors.forEach((list, head) => {
    list.forEach((query, token) => {
      qkv.set(query, (token * parts + head) * headDim);
    });
  });
  const view: PrefillView = {
    layer: LAYER,
    start,
    queries: queryVectors.map((list) => list.map((each) => Float64Array.from(each))),
    keys: keyVectors.map((list) => list.map((each) => Float64Array.from(each))),
    parts: { length: start + tokens, context: start + tokens, documents: [] },
  };
  const layer = packStruct(FRAME_CODE, 'Layer', {
    index: LAYER,
    scale_per_log: 0,
    scale_least: 1,
    angles_at: 0,
    window: 0xffffffff,
    masked_heads: new Uint32Array(8),
    steered_heads: new Uint32Array(8),
  });
  const call = {
    frame: { ...paged.frame, position: start },
    cacheTable: paged.cacheTable,
  };
  const constants = {
    HEADS: heads,
    KV_HEADS: kvHeads,
    HEAD_DIM: headDim,
    LANES: headDim / 4,
    OUT_STRIDE: heads * headDim,
  };
  return { view, call, constants, inputs: { layer, qkv, keys } };
}

function expectClose(found: Float32Array, expected: number[], name: string): void {
  expect(found.length, name).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(found[i] - value), `${name} ${i}`).toBeLessThan(1e-5 * (1 + Math.abs(value)));
  });
}

const garbage = (length: number) => new Float32Array(length).fill(-7);

describe.each(SHAPES)('exact weights of the last queries: $heads × $headDim', (shape) => {
  const { heads, start, tokens } = shape;
  const length = start + tokens;

  it.each([1, 9, 64])(`of ${nameOf(shape)}, the last %i`, async (queries) => {
    const { view, call, constants, inputs } = randomChunk(shape);
    const methodShape = { layers: 2, ...shape };
    const stride = length + 3;
    const all = { ...constants, LAST: queries, ROWS: queries, SUM_STRIDE: stride };
    const rows = Math.min(queries, tokens);
    const { lse } = await runKernel(ROW_LSE, {
      ...call,
      constants: all,
      inputs: { ...inputs, lse: garbage(heads * MAX_CHUNK) },
      outputs: ['lse'],
      workgroups: [Math.ceil(rows / 4), heads],
    });
    const lseRows = new Float32Array(lse);
    const sumInputs = { ...inputs, lse: lseRows, sums: garbage(2 * heads * stride) };
    const tiles = Math.ceil(length / 64);
    const columns = await runKernel(COLUMN_SUMS, {
      ...call,
      constants: all,
      inputs: sumInputs,
      outputs: ['sums'],
      workgroups: [tiles, 1, heads],
    });
    const diagonals = await runKernel(DIAGONAL_SUMS, {
      ...call,
      constants: all,
      inputs: sumInputs,
      outputs: ['sums'],
      workgroups: [tiles, heads],
    });
    for (let head = 0; head < heads; head++) {
      const exact = lastRows(view, head, methodShape, queries);
      const expectedLse = exact.map(({ position }) => {
        const query = view.queries[head][position - start];
        const seen = view.keys[kvHeadOf(head, methodShape)].slice(0, position + 1);
        return softmax(seen.map((key) => scaledDot(query, key))).logSumExp;
      });
      const from = head * MAX_CHUNK + tokens - rows;
      expectClose(lseRows.subarray(from, from + rows), expectedLse, `row of head ${head}`);
      const of = (sums: ArrayBuffer, row: number) =>
        new Float32Array(sums, row * stride * 4, length);
      expectClose(of(columns.sums, head), columnSums(exact, length), `column of head ${head}`);
      expectClose(
        of(diagonals.sums, heads + head),
        diagonalSums(exact, length),
        `diagonal of head ${head}`,
      );
    }
  });
});

describe.each(SHAPES)('scores by antidiagonals: $heads × $headDim', (shape) => {
  const { heads, start, tokens } = shape;

  it.each([
    { block: 16, stride: 4 },
    { block: 32, stride: 16 },
    { block: 64, stride: 8 },
  ])(`of ${nameOf(shape)}: %o`, async ({ block, stride }) => {
    const { view, call, constants, inputs } = randomChunk(shape);
    const keyBlocks = Math.ceil((start + tokens) / block);
    const rowBlocks = MAX_CHUNK / block;
    const all = {
      ...constants,
      STRIDE: stride,
      ROWS: block / stride,
      COLUMNS: block / stride,
      ROW_BLOCKS: rowBlocks,
      SUM_STRIDE: keyBlocks,
    };
    const { lse } = await runKernel(ROW_LSE, {
      ...call,
      constants: all,
      inputs: { ...inputs, lse: garbage(heads * MAX_CHUNK) },
      outputs: ['lse'],
      workgroups: [Math.ceil(Math.ceil(tokens / stride) / 4), heads],
    });
    const { sums } = await runKernel(COLUMN_SUMS, {
      ...call,
      constants: all,
      inputs: {
        ...inputs,
        lse: new Float32Array(lse),
        sums: garbage(heads * rowBlocks * keyBlocks),
      },
      outputs: ['sums'],
      workgroups: [
        Math.ceil(Math.ceil((start + tokens) / stride) / 64),
        Math.ceil(tokens / block),
        heads,
      ],
    });
    for (let head = 0; head < heads; head++) {
      const expected = blockScores({ block, stride, threshold: 1 }, view, head, {
        layers: 2,
        ...shape,
      });
      expected.forEach((scores, row) => {
        const at = (head * rowBlocks + row) * keyBlocks;
        const found = new Float32Array(sums, at * 4, keyBlocks);
        expectClose(found, scores, `head ${head}, block ${row}, to key block`);
      });
    }
  });
});

describe.each(SHAPES)('means of blocks: $heads × $headDim', (shape) => {
  const { heads, kvHeads, headDim, start, tokens } = shape;

  it.each([16, 64])(`of ${nameOf(shape)}: %i tokens`, async (block) => {
    const { view, call, constants, inputs } = randomChunk(shape);
    const keyBlocks = Math.ceil((start + tokens) / block) + 1;
    const rowBlocks = MAX_CHUNK / block;
    const rows = Math.ceil(tokens / block);
    const all = { ...constants, BLOCK_TOKENS: block, KEY_BLOCKS: keyBlocks };
    const keyMeans = garbage(2 * kvHeads * keyBlocks * headDim);
    const pooledKeys = view.keys.map((keys) => meanBlocks(keys, block));
    // The means of earlier chunks are there already.
    pooledKeys.forEach((means, kvHead) => {
      means.slice(0, start / block).forEach((mean, i) => {
        keyMeans.set(mean, ((LAYER * kvHeads + kvHead) * keyBlocks + i) * headDim);
      });
    });
    const means = await runKernel(BLOCK_MEANS, {
      ...call,
      constants: all,
      inputs: {
        layer: inputs.layer,
        qkv: inputs.qkv,
        query_means: garbage(heads * rowBlocks * headDim),
        key_means: keyMeans,
      },
      outputs: ['query_means', 'key_means'],
      workgroups: [Math.ceil(((heads + kvHeads) * headDim) / 4 / 64), rows],
    });
    const found = {
      query_means: new Float32Array(means.query_means),
      key_means: new Float32Array(means.key_means),
    };
    const pooledQueries = view.queries.map((queries) => meanBlocks(queries, block));
    pooledQueries.forEach((list, head) => {
      list.forEach((mean, row) => {
        const at = (head * rowBlocks + row) * headDim;
        expectClose(found.query_means.subarray(at, at + headDim), [...mean], `query mean ${row}`);
      });
    });
    pooledKeys.forEach((list, kvHead) => {
      list.forEach((mean, i) => {
        const at = ((LAYER * kvHeads + kvHead) * keyBlocks + i) * headDim;
        expectClose(found.key_means.subarray(at, at + headDim), [...mean], `key mean ${i}`);
      });
    });

    const budgets = Uint32Array.from({ length: 2 * heads }, (_, i) => i % 3);
    const scores = await runKernel(BLOCK_SCORES, {
      ...call,
      constants: { ...all, VALUE_STRIDE: keyBlocks },
      inputs: {
        layer: inputs.layer,
        ...found,
        budgets,
        values: garbage(heads * rowBlocks * keyBlocks),
        sizes: new Uint32Array(2 * heads * rowBlocks).fill(77),
      },
      outputs: ['values', 'sizes'],
      workgroups: [Math.ceil(keyBlocks / 64), rowBlocks, heads],
    });
    const sizes = new Uint32Array(scores.sizes);
    for (let row = 0; row < heads * rowBlocks; row++) {
      const [head, rowBlock] = [Math.floor(row / rowBlocks), row % rowBlocks];
      const own = start / block + rowBlock;
      const budget = budgets[LAYER * heads + head];
      const length = rowBlock < rows && budget > 0 ? own + 1 : 0;
      expect([...sizes.subarray(2 * row, 2 * row + 2)]).toEqual([length, budget]);
      const expected = Array.from({ length }, (_, i) =>
        i === own
          ? Math.fround(FORCED)
          : dot(
              pooledQueries[head][rowBlock],
              pooledKeys[kvHeadOf(head, { layers: 2, ...shape })][i],
            ),
      );
      const values = new Float32Array(scores.values, row * keyBlocks * 4, length);
      expectClose(values, expected, `head ${head}, block ${rowBlock}, to key block`);
    }
  });
});

const frameOf = (position: number, tokens: number) => ({ frame: { position, tokens } });

it('budgets force the first lines and ask for as many as they say', async () => {
  const heads = 3;
  const stride = 50;
  const { layer } = randomChunk(SHAPES[0]).inputs;
  const values = Float32Array.from({ length: 2 * heads * stride }, (_, i) => i);
  const budgets = Uint32Array.from({ length: 2 * 2 * heads * 2 }, (_, i) => (i * 7) % 53);
  const found = await runKernel(BUDGET_LINES, {
    ...frameOf(32, 9),
    constants: { HEADS: heads, KV_HEADS: 1, VALUE_STRIDE: stride },
    inputs: { layer, budgets, values, sizes: new Uint32Array(4 * heads) },
    outputs: ['values', 'sizes'],
    workgroups: [2 * heads, 1],
  });
  const expected = values.slice();
  const sizes: number[] = [];
  for (let row = 0; row < 2 * heads; row++) {
    const [forced, count] = budgets.subarray(2 * (LAYER * 2 * heads + row));
    expected.fill(FORCED, row * stride, row * stride + Math.min(forced, 41));
    sizes.push(41, count);
  }
  expect(new Float32Array(found.values)).toEqual(expected);
  expect([...new Uint32Array(found.sizes)]).toEqual(sizes);
});

it('shares bring the first block and the diagonal one to the front, zeros too', async () => {
  const [heads, block, stride] = [2, 128, 6];
  const values = Float32Array.from({ length: heads * 4 * stride }, (_, i) => (i % 7) / 8);
  const found = await runKernel(BLOCK_SHARES, {
    ...frameOf(256, 200),
    constants: {
      HEADS: heads,
      KV_HEADS: 1,
      OUT_STRIDE: 4,
      BLOCK_TOKENS: block,
      VALUE_STRIDE: stride,
    },
    inputs: {
      shares: packStruct(BLOCK_SHARES.code, 'Shares', { threshold: 0.75 }),
      values,
      sizes: new Uint32Array(2 * heads * 4).fill(77),
    },
    outputs: ['values', 'sizes'],
    workgroups: [1, 1],
  });
  const share = new Uint32Array(Float32Array.of(0.75).buffer)[0];
  const expected = values.slice();
  const sizes: number[] = [];
  for (let row = 0; row < heads * 4; row++) {
    // The chunk has two blocks, behind two earlier ones.
    if (row % 4 >= 2) {
      sizes.push(0, 0);
      continue;
    }
    const own = 2 + (row % 4);
    sizes.push(own + 1, share);
    for (const i of [0, own]) {
      expected[row * stride + i] = -Math.max(values[row * stride + i], 1e-30);
    }
  }
  expect(new Float32Array(found.values)).toEqual(expected);
  expect([...new Uint32Array(found.sizes)]).toEqual(sizes);
});

it.each([16, 32, 128])('blocks of %i tokens become blocks of 16 in the plan', async (block) => {
  const next = randomStream(block);
  const [heads, length] = [3, 1300];
  const words = Math.ceil(length / block / 32);
  const planWords = 3;
  const planBlockWords = Math.ceil(length / 16 / 32);
  const rowBlocks = MAX_CHUNK / block;
  const bits = Uint32Array.from({ length: heads * rowBlocks * words }, () => next() * 2 ** 31);
  const first = 2 * MAX_CHUNK + 2 * heads * planWords;
  const plan = new Uint32Array(first + heads * (MAX_CHUNK / 16) * planBlockWords).fill(0xabcdabcd);
  const found = await runKernel(EXPAND_BLOCKS, {
    frame: { plan_words: planWords, plan_block_words: planBlockWords },
    constants: {
      HEADS: heads,
      KV_HEADS: 1,
      OUT_STRIDE: 4,
      BLOCK_TOKENS: block,
      BITS_STRIDE: words,
    },
    inputs: { bits, plan },
    outputs: ['plan'],
    workgroups: [Math.ceil(planBlockWords / 64), MAX_CHUNK / 16, heads],
  });
  const expected = plan.slice();
  expected.fill(0, first);
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < MAX_CHUNK / 16; row++) {
      for (let i = 0; i < 32 * planBlockWords; i++) {
        const methodBlock = Math.floor((i * 16) / block);
        const methodRow = head * rowBlocks + Math.floor((row * 16) / block);
        if ((bits[methodRow * words + (methodBlock >> 5)] >> (methodBlock & 31)) & 1) {
          const at = first + (head * (MAX_CHUNK / 16) + row) * planBlockWords + (i >> 5);
          expected[at] |= 1 << (i & 31);
        }
      }
    }
  }
  expect(new Uint32Array(found.plan)).toEqual(expected);
});
