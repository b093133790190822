import { describe, expect, it } from 'vitest';
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
import { MAX_CHUNK } from '../kernels';
import { runKernel } from '../run-kernel';
import { BLOCK_MEANS, BLOCK_SCORES, COLUMN_SUMS, DIAGONAL_SUMS, ROW_LSE } from './plan-work';
import { pagedHeads } from './testing';
import { layerUniform } from './testing-decode';

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
  return { view, call, constants, inputs: { layer: layerUniform(LAYER), qkv, keys } };
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
