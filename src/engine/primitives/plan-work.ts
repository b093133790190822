/**
 * What prefill patterns that look at queries and keys are made of: exact weights of the chunk's last queries,
 * scores of blocks, and the choice among them. Each function prepares its kernels on the bench and returns
 * what it records for a layer of a chunk.
 */
import blockMeansCode from '../../../shaders/probe/block-means.wgsl?raw';
import columnSumsCode from '../../../shaders/probe/column-sums.wgsl?raw';
import diagonalSumsCode from '../../../shaders/probe/diagonal-sums.wgsl?raw';
import rowLseCode from '../../../shaders/probe/row-lse.wgsl?raw';
import blockScoresCode from '../../../shaders/select/block-scores.wgsl?raw';
import blockSharesCode from '../../../shaders/select/block-shares.wgsl?raw';
import budgetLinesCode from '../../../shaders/select/budget-lines.wgsl?raw';
import expandBlocksCode from '../../../shaders/select/expand-blocks.wgsl?raw';
import blockProducts from '../../../shaders/shared/block-products.wgsl?raw';
import blocks from '../../../shaders/shared/blocks.wgsl?raw';
import forced from '../../../shaders/shared/forced.wgsl?raw';
import groups from '../../../shaders/shared/groups.wgsl?raw';
import type { Bench } from '../bench';
import { kernel, MAX_CHUNK, SHARED } from '../kernels';
import type { Recorder } from '../recorder';
import type { PlanMaker } from '../strategy';
import { MEASURE, SELECT_BITS, SELECTOR_THREADS } from './selectors';

const { frame, pages, plan, reduce, rope, rows } = SHARED;
const grouped = [frame, rope, pages, rows, reduce, groups];

/** Shader files that kernels over blocks build on. */
export const BLOCK_PARTS = [frame, pages, rows, blocks];
/** The same for kernels that multiply means of blocks. */
export const PRODUCT_PARTS = [...BLOCK_PARTS, blockProducts];

export const ROW_LSE = kernel('probe/row-lse', rowLseCode, ...grouped);
export const COLUMN_SUMS = kernel('probe/column-sums', columnSumsCode, ...grouped);
export const DIAGONAL_SUMS = kernel('probe/diagonal-sums', diagonalSumsCode, ...grouped);
export const BLOCK_MEANS = kernel('probe/block-means', blockMeansCode, ...BLOCK_PARTS);
export const BUDGET_LINES = kernel('select/budget-lines', budgetLinesCode, frame, pages, forced);
export const BLOCK_SCORES = kernel(
  'select/block-scores',
  blockScoresCode,
  ...PRODUCT_PARTS,
  forced,
);
export const BLOCK_SHARES = kernel('select/block-shares', blockSharesCode, ...BLOCK_PARTS);
export const EXPAND_BLOCKS = kernel('select/expand-blocks', expandBlocksCode, ...BLOCK_PARTS, plan);

/** Invocations of the kernels over groups: the constant THREADS. */
const GROUP_THREADS = 64;

/** The part of the prompt that is being read. */
export interface Chunk {
  start: number;
  tokens: number;
}

/** Records the work of one layer for a chunk. */
export type ChunkWork = (recorder: Recorder, layer: number, chunk: Chunk) => void;

/** A plan maker that records pieces of work one after the other. */
export function planMaker(...pieces: ChunkWork[]): PlanMaker {
  let chunk: Chunk = { start: 0, tokens: 0 };
  return {
    beginChunk: (start, tokens) => {
      chunk = { start, tokens };
    },
    plan: (recorder, layer) => {
      for (const record of pieces) record(recorder, layer, chunk);
    },
  };
}

/** Numbers of blocks of `tokens` tokens: in the longest chunk, in the prompt, and words of bits over the latter. */
export interface BlockSizes {
  tokens: number;
  rows: number;
  keys: number;
  words: number;
}

export function blockSizes({ parts }: Bench, tokens: number): BlockSizes {
  const keys = Math.ceil(parts.length / tokens);
  return { tokens, rows: MAX_CHUNK / tokens, keys, words: Math.ceil(keys / 32) };
}

/**
 * Exact weights of the chunk's last `queries` queries, added up over columns and over diagonals.
 * @returns sums: f32[2, heads, prompt length]
 */
export async function lineWeights(
  bench: Bench,
  queries: number,
): Promise<{ sums: GPUBuffer; record: ChunkWork }> {
  const { heads } = bench.config;
  const lse = bench.storage('log-sum-exp of probe rows', heads * MAX_CHUNK * 4);
  const sums = bench.storage('weight on lines', 2 * heads * bench.parts.length * 4);
  const constants = { LAST: queries, ROWS: queries, SUM_STRIDE: bench.parts.length };
  const [rowLse, columnSums, diagonalSums] = await Promise.all(
    [ROW_LSE, COLUMN_SUMS, DIAGONAL_SUMS].map(async (each) =>
      bench.layerSteps(await bench.kernel(each, constants), { lse, sums }),
    ),
  );
  return {
    sums,
    record: (recorder, layer, { start, tokens }) => {
      const tiles = Math.ceil((start + tokens) / GROUP_THREADS);
      recorder.run(rowLse[layer], Math.ceil(Math.min(queries, tokens) / 4), heads);
      recorder.run(columnSums[layer], tiles, 1, heads);
      recorder.run(diagonalSums[layer], tiles, heads);
    },
  };
}

/** Lines that a head computes: the first ones, and the heaviest others. */
export interface LineBudget {
  forced: number;
  /** Forced ones included. */
  count: number;
}

export interface LineBudgets {
  columns: LineBudget;
  diagonals: LineBudget;
}

/**
 * Fills the columns and diagonals of the plan by the exact weights of the chunk's last queries.
 * @param queries how many of them
 * @param budgets [layers][heads]
 */
export async function planLines(
  bench: Bench,
  queries: number,
  budgets: LineBudgets[][],
): Promise<ChunkWork> {
  const { heads } = bench.config;
  const { sums, record: weigh } = await lineWeights(bench, queries);
  const sizes = bench.storage('sizes of line rows', 2 * heads * 8);
  const words = budgets.flatMap((layer) =>
    [layer.map(({ columns }) => columns), layer.map(({ diagonals }) => diagonals)]
      .flat()
      .flatMap(({ forced: first, count }) => [first, count]),
  );
  const [budget, select] = await Promise.all([
    bench.kernel(BUDGET_LINES, { VALUE_STRIDE: bench.parts.length }),
    selectBits(bench, 'count', {
      values: sums,
      valueStride: bench.parts.length,
      sizes,
      rows: 2 * heads,
      bits: bench.named.plan,
      // Diagonals follow columns, in the plan as in the sums.
      bitsStart: bench.plan.columns,
      bitsStride: bench.plan.words,
    }),
  ]);
  const budgetSteps = bench.layerSteps(budget, {
    budgets: bench.stored('line budgets', Uint32Array.from(words)),
    values: sums,
    sizes,
  });
  return (recorder, layer, chunk) => {
    weigh(recorder, layer, chunk);
    recorder.run(budgetSteps[layer], 2 * heads);
    select(recorder, layer, chunk);
  };
}

export interface BlockMeans {
  /** f32[heads, blocks of the longest chunk, headDim] of the chunk's queries. */
  queries: GPUBuffer;
  /** f32[layers, kvHeads, blocks of the prompt, headDim] of all keys so far. */
  keys: GPUBuffer;
  record: ChunkWork;
}

/** Means of queries and keys over blocks. */
export async function blockMeans(
  bench: Bench,
  { tokens, rows, keys }: BlockSizes,
): Promise<BlockMeans> {
  const { layers, heads, kvHeads, headDim } = bench.config;
  const { lanes } = bench.model.sizes;
  const queryMeans = bench.storage('means of queries', heads * rows * headDim * 4);
  const keyMeans = bench.storage('means of keys', layers * kvHeads * keys * headDim * 4);
  const means = await bench.kernel(BLOCK_MEANS, { BLOCK_TOKENS: tokens, KEY_BLOCKS: keys });
  const steps = bench.layerSteps(means, { query_means: queryMeans, key_means: keyMeans });
  const groupsOfVectors = Math.ceil(((heads + kvHeads) * lanes) / 64);
  return {
    queries: queryMeans,
    keys: keyMeans,
    record: (recorder, layer, chunk) =>
      recorder.run(steps[layer], groupsOfVectors, Math.ceil(chunk.tokens / tokens)),
  };
}

/**
 * Fills the blocks of the plan by the products of mean queries and mean keys; the diagonal block is always in.
 * @param budgets blocks of keys for each block of queries, [layers][heads]
 */
export async function planPooledBlocks(
  bench: Bench,
  sizes: BlockSizes,
  budgets: number[][],
): Promise<ChunkWork> {
  const { heads } = bench.config;
  const means = await blockMeans(bench, sizes);
  const [scores, choice] = await Promise.all([
    bench.kernel(BLOCK_SCORES, {
      BLOCK_TOKENS: sizes.tokens,
      KEY_BLOCKS: sizes.keys,
      VALUE_STRIDE: sizes.keys,
    }),
    planBlocks(bench, sizes, 'count'),
  ]);
  const steps = bench.layerSteps(scores, {
    query_means: means.queries,
    key_means: means.keys,
    budgets: bench.stored('block budgets', Uint32Array.from(budgets.flat())),
    values: choice.values,
    sizes: choice.sizes,
  });
  return (recorder, layer, chunk) => {
    means.record(recorder, layer, chunk);
    const keyBlocks = Math.ceil((chunk.start + chunk.tokens) / sizes.tokens);
    recorder.run(steps[layer], Math.ceil(keyBlocks / 64), sizes.rows, heads);
    choice.record(recorder, layer, chunk);
  };
}

/**
 * Fills the blocks of the plan by their antidiagonals: the first block, the diagonal one, and the best others
 * until their scores reach a share of the row's.
 * @param stride every stride-th antidiagonal is scored; divides the block
 */
export async function planAntidiagonalBlocks(
  bench: Bench,
  sizes: BlockSizes,
  stride: number,
  threshold: number,
): Promise<ChunkWork> {
  const { heads } = bench.config;
  const groupsInBlock = sizes.tokens / stride;
  const lse = bench.storage('log-sum-exp of groups', heads * MAX_CHUNK * 4);
  const constants = {
    STRIDE: stride,
    ROWS: groupsInBlock,
    COLUMNS: groupsInBlock,
    ROW_BLOCKS: sizes.rows,
    SUM_STRIDE: sizes.keys,
  };
  const [rowLse, blockSums, shares, choice] = await Promise.all([
    bench.kernel(ROW_LSE, constants),
    bench.kernel(COLUMN_SUMS, constants),
    bench.kernel(BLOCK_SHARES, { BLOCK_TOKENS: sizes.tokens, VALUE_STRIDE: sizes.keys }),
    planBlocks(bench, sizes, 'mass'),
  ]);
  const lseSteps = bench.layerSteps(rowLse, { lse });
  const sumSteps = bench.layerSteps(blockSums, { lse, sums: choice.values });
  const shareStep = bench.step(shares, {
    shares: bench.uniform(BLOCK_SHARES, 'Shares', { threshold }),
    values: choice.values,
    sizes: choice.sizes,
  });
  return (recorder, layer, chunk) => {
    const { start, tokens } = chunk;
    const queryGroups = Math.ceil(tokens / stride);
    const tiles = Math.ceil(Math.ceil((start + tokens) / stride) / GROUP_THREADS);
    recorder.run(lseSteps[layer], Math.ceil(queryGroups / 4), heads);
    recorder.run(sumSteps[layer], tiles, Math.ceil(tokens / sizes.tokens), heads);
    recorder.run(shareStep, Math.ceil((heads * sizes.rows) / 64));
    choice.record(recorder, layer, chunk);
  };
}

/**
 * Chooses blocks of keys for each block of queries and fills the blocks of the plan with them.
 * @returns values: f32[heads, blocks of the longest chunk, blocks of the prompt] and sizes: u32[…, 2] to be
 *   written before, see `shaders/shared/select.wgsl`
 */
async function planBlocks(
  bench: Bench,
  sizes: BlockSizes,
  measure: keyof typeof MEASURE,
): Promise<{ values: GPUBuffer; sizes: GPUBuffer; record: ChunkWork }> {
  const count = bench.config.heads * sizes.rows;
  const values = bench.storage('scores of blocks', count * sizes.keys * 4);
  const rowSizes = bench.storage('sizes of block rows', count * 8);
  const bits = bench.storage('chosen blocks', count * sizes.words * 4);
  const [select, expand] = await Promise.all([
    selectBits(bench, measure, {
      values,
      valueStride: sizes.keys,
      sizes: rowSizes,
      rows: count,
      bits,
      bitsStart: 0,
      bitsStride: sizes.words,
    }),
    expandBlocks(bench, sizes, bits),
  ]);
  return {
    values,
    sizes: rowSizes,
    record: (recorder, layer, chunk) => {
      select(recorder, layer, chunk);
      expand(recorder, layer, chunk);
    },
  };
}

/** Fills the blocks of the plan from bits: u32[heads, blocks of the longest chunk, words]. */
export async function expandBlocks(
  bench: Bench,
  { tokens, words }: BlockSizes,
  bits: GPUBuffer,
): Promise<ChunkWork> {
  const expand = await bench.kernel(EXPAND_BLOCKS, { BLOCK_TOKENS: tokens, BITS_STRIDE: words });
  const step = bench.step(expand, { bits });
  const { plan: layout, config } = bench;
  return (recorder) =>
    recorder.run(step, Math.ceil(layout.blockWords / 64), MAX_CHUNK / 16, config.heads);
}

/** Rows of values for a selector, and where their bits go. */
export interface BitRows {
  values: GPUBuffer;
  valueStride: number;
  sizes: GPUBuffer;
  rows: number;
  bits: GPUBuffer;
  bitsStart: number;
  bitsStride: number;
}

export async function selectBits(
  bench: Bench,
  measure: keyof typeof MEASURE,
  { values, valueStride, sizes, rows: count, bits, bitsStart, bitsStride }: BitRows,
): Promise<ChunkWork> {
  const select = await bench.kernel(SELECT_BITS, {
    THREADS: SELECTOR_THREADS,
    MEASURE: MEASURE[measure],
    VALUE_STRIDE: valueStride,
    BITS_START: bitsStart,
    BITS_STRIDE: bitsStride,
  });
  const step = bench.step(select, { values, sizes, bits });
  return (recorder) => recorder.run(step, count);
}
