import budgetsCode from '../../../shaders/select/flex-budgets.wgsl?raw';
import estimateCode from '../../../shaders/select/flex-estimate.wgsl?raw';
import pairsCode from '../../../shaders/select/flex-pairs.wgsl?raw';
import unionCode from '../../../shaders/select/flex-union.wgsl?raw';
import flexCode from '../../../shaders/shared/flex.wgsl?raw';
import forced from '../../../shaders/shared/forced.wgsl?raw';
import type { Bench } from '../../engine/bench';
import { kernel, SHARED } from '../../engine/kernels';
import {
  BLOCK_PARTS,
  blockMeans,
  blockSizes,
  type ChunkWork,
  expandBlocks,
  lineWeights,
  PRODUCT_PARTS,
  planMaker,
  selectBits,
} from '../../engine/primitives/plan-work';
import { MEASURE, SELECT_COUNT, SELECTOR_THREADS } from '../../engine/primitives/selectors';
import type { PlanMaker } from '../../engine/strategy';

const { reduce, rope } = SHARED;
const ESTIMATE = kernel(
  'select/flex-estimate',
  estimateCode,
  ...BLOCK_PARTS,
  flexCode,
  rope,
  forced,
  reduce,
);
const PAIRS = kernel(
  'select/flex-pairs',
  pairsCode,
  ...PRODUCT_PARTS,
  flexCode,
  rope,
  forced,
  reduce,
);
const BUDGETS = kernel('select/flex-budgets', budgetsCode, ...BLOCK_PARTS, flexCode);
const UNION = kernel('select/flex-union', unionCode, ...BLOCK_PARTS, flexCode);

export interface FlexValues {
  /** Tokens in a block. */
  block: number;
  gamma: number;
  tau: number;
  /** Tokens of columns, and of diagonals, that are computed at least. */
  minimum: number;
}

/** FlexPrefill: every head's kind and budgets are found in the submission. */
export async function flexPlan(
  bench: Bench,
  { block, gamma, tau, minimum }: FlexValues,
): Promise<PlanMaker> {
  const { heads } = bench.config;
  const sizes = blockSizes(bench, block);
  const length = bench.parts.length;
  const lineRows = 2 * heads;
  const pairStride = sizes.rows * sizes.keys;
  const pairWords = Math.ceil(pairStride / 32);
  const words = (label: string, count: number) => bench.storage(`FlexPrefill: ${label}`, 4 * count);

  const lines = await lineWeights(bench, block);
  const means = await blockMeans(bench, sizes);
  const flex = bench.uniform(ESTIMATE, 'Flex', { gamma, tau, minimum });
  const aware = words('query-aware heads', heads);
  const lineSizes = words('sizes of line rows', 2 * lineRows);
  const lineValues = words('weight on blocks of lines', lineRows * sizes.keys);
  const lineCounts = words('lines that cover', lineRows);
  const lineBits = words('chosen blocks of lines', lineRows * sizes.words);
  const pairSizes = words('sizes of pair rows', 2 * heads);
  const pairValues = words('weights of pairs', heads * pairStride);
  const pairCounts = words('pairs that cover', heads);
  const pairBits = words('chosen pairs', heads * pairWords);
  const bits = words('chosen blocks', heads * sizes.rows * sizes.words);

  const constants = { BLOCK_TOKENS: block, KEY_BLOCKS: sizes.keys };
  const [
    estimate,
    pairs,
    budgets,
    union,
    countLines,
    countPairs,
    chooseLines,
    choosePairs,
    expand,
  ] = await Promise.all([
    bench.kernel(ESTIMATE, { ...constants, LINE_STRIDE: length }),
    bench.kernel(PAIRS, { ...constants, VALUE_STRIDE: pairStride }),
    bench.kernel(BUDGETS, constants),
    bench.kernel(UNION, { ...constants, BITS_STRIDE: sizes.words, PAIR_STRIDE: pairWords }),
    countCovering(bench, lines.sums, length, lineSizes, lineCounts, lineRows),
    countCovering(bench, pairValues, pairStride, pairSizes, pairCounts, heads),
    selectBits(bench, 'count', {
      values: lineValues,
      valueStride: sizes.keys,
      sizes: lineSizes,
      rows: lineRows,
      bits: lineBits,
      bitsStart: 0,
      bitsStride: sizes.words,
    }),
    selectBits(bench, 'count', {
      values: pairValues,
      valueStride: pairStride,
      sizes: pairSizes,
      rows: heads,
      bits: pairBits,
      bitsStart: 0,
      bitsStride: pairWords,
    }),
    expandBlocks(bench, sizes, bits),
  ]);
  const estimateSteps = bench.layerSteps(estimate, {
    flex,
    key_means: means.keys,
    lines: lines.sums,
    aware,
    sizes: lineSizes,
    values: lineValues,
  });
  const pairSteps = bench.layerSteps(pairs, {
    flex,
    query_means: means.queries,
    key_means: means.keys,
    aware,
    sizes: pairSizes,
    values: pairValues,
  });
  const budgetStep = bench.step(budgets, {
    flex,
    aware,
    line_counts: lineCounts,
    pair_counts: pairCounts,
    line_sizes: lineSizes,
    pair_sizes: pairSizes,
  });
  const unionStep = bench.step(union, {
    flex,
    line_bits: lineBits,
    pair_bits: pairBits,
    bits,
  });
  return planMaker(
    lines.record,
    means.record,
    (recorder, layer, { tokens }) => {
      recorder.run(estimateSteps[layer], heads);
      recorder.run(pairSteps[layer], Math.ceil(tokens / block), heads);
    },
    countLines,
    countPairs,
    (recorder) => recorder.run(budgetStep, Math.ceil(heads / 64)),
    chooseLines,
    choosePairs,
    (recorder) => recorder.run(unionStep, Math.ceil(sizes.words / 64), sizes.rows, heads),
    expand,
  );
}

/** Counts in each row how many of the largest values reach a share of the row's sum. */
async function countCovering(
  bench: Bench,
  values: GPUBuffer,
  stride: number,
  sizes: GPUBuffer,
  chosen: GPUBuffer,
  rows: number,
): Promise<ChunkWork> {
  const count = await bench.kernel(SELECT_COUNT, {
    THREADS: SELECTOR_THREADS,
    MEASURE: MEASURE.mass,
    VALUE_STRIDE: stride,
  });
  const step = bench.step(count, { values, sizes, chosen });
  return (recorder) => recorder.run(step, rows);
}
