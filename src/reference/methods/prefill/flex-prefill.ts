import { softmax } from '../../formulas';
import { mean } from '../../vectors';
import { range } from '../decode/range';
import { kvHeadOf } from '../decode/scores';
import type { MethodShape, PrefillMethod, PrefillView } from '../method';
import { topIndices } from '../top-k';
import { blockMask, meanBlocks, sumBlocks } from './blocks';
import { columnSums, diagonalSums, lastRows, scaledDot } from './last-rows';
import { everyPair, type HeadMask, perHead } from './per-head';
import { ranked } from './ranked';

export interface FlexPrefillValues {
  /** Tokens in a block of queries or keys. */
  block: number;
  /** Share γ of the weight that the chosen pairs must cover; at 1 everything is computed. */
  gamma: number;
  /** A head whose pooled estimate is nearer to the exact weights than this (τ) is query-aware. */
  tau: number;
  /** Tokens of columns, and of diagonals, that are computed at least. */
  minimum: number;
}

/**
 * FlexPrefill (arXiv 2502.20766): each head decides by its chunk's last queries which index to build.
 * - The exact rows are those of the chunk's last `block` queries, wherever blocks begin.
 * - Dense up to max(2 · block, minimum) keys.
 * - Diagonals are pooled from distance 0 on; of a pooled diagonal s, query block b computes key block b − s.
 * - Counts of columns and diagonals are divided by `block`, also where the authors' code has 128.
 * - Key block 0 and the main block diagonal are forced and count within the budgets.
 * - The estimate that is compared with the exact columns takes the keys of the last block whole.
 * - Query-aware heads flatten the rows of this chunk, so their coverage is γ · its query blocks.
 */
export function flexPrefill(values: FlexPrefillValues, shape: MethodShape): PrefillMethod {
  const { block, gamma, minimum } = values;
  return perHead(shape, (view, head) => {
    const keys = view.keys[kvHeadOf(head, shape)];
    const small = keys.length <= Math.max(2 * block, minimum);
    return small || gamma >= 1 ? everyPair : sparseMask(values, view, head, shape);
  });
}

function sparseMask(
  { block, gamma, tau, minimum }: FlexPrefillValues,
  view: PrefillView,
  head: number,
  shape: MethodShape,
): HeadMask {
  const keys = view.keys[kvHeadOf(head, shape)];
  const queries = view.queries[head];
  const keyBlocks = meanBlocks(keys, block);
  const queryBlocks = meanBlocks(queries, block);
  const rows = lastRows(view, head, shape, block);
  const columns = columnSums(rows, keys.length).map((sum) => sum / rows.length);
  const diagonals = diagonalSums(rows, keys.length).map((sum) => sum / rows.length);

  const query = mean(queries.slice(-block));
  const estimate = softmax(keyBlocks.map((key) => scaledDot(query, key))).weights;
  const queryAware = rootJensenShannon(estimate, sumBlocks(columns, block)) < tau;

  const least = Math.max(1, Math.ceil(minimum / block));
  const count = (weights: number[]) =>
    queryAware ? least : Math.max(least, blocksCovering(weights, gamma, block));
  const verticals = firstAndBest(sumBlocks(columns, block), count(columns));
  const slashes = firstAndBest(sumBlocks(diagonals, block), count(diagonals));

  const firstBlock = view.start / block;
  const chosen = range(0, queryBlocks.length).map((row) => [
    ...verticals,
    ...slashes.map((slash) => firstBlock + row - slash),
  ]);
  if (queryAware) {
    for (const { row, keyBlock } of coveringPairs(queryBlocks, keyBlocks, firstBlock, gamma)) {
      chosen[row].push(keyBlock);
    }
  }
  return blockMask(chosen, block);
}

/** As many blocks as the fewest of `weights` (they sum to 1) hold whose sum exceeds γ, and one more. */
function blocksCovering(weights: number[], gamma: number, block: number): number {
  let sum = 0;
  let count = 1;
  for (const index of ranked(weights)) {
    sum += weights[index];
    if (sum > gamma) break;
    count++;
  }
  return Math.floor(count / block) + 1;
}

/** Index 0 and the best others, `count` in all. */
function firstAndBest(scores: number[], count: number): number[] {
  return topIndices([Number.POSITIVE_INFINITY, ...scores.slice(1)], count);
}

/** The best pairs of blocks over all rows of the chunk, as many as together stay within γ · rows. */
function coveringPairs(
  queryBlocks: Float64Array[],
  keyBlocks: Float64Array[],
  firstBlock: number,
  gamma: number,
): { row: number; keyBlock: number }[] {
  const pairs = queryBlocks.flatMap((query, row) => {
    const causal = keyBlocks.slice(0, firstBlock + row + 1);
    const { weights } = softmax(causal.map((key) => scaledDot(query, key)));
    return weights.map((weight, keyBlock) => ({ row, keyBlock, weight }));
  });
  const order = ranked(pairs.map(({ weight }) => weight));
  let sum = 0;
  const beyond = order.findIndex((index) => {
    sum += pairs[index].weight;
    return sum > gamma * queryBlocks.length;
  });
  return order.slice(0, beyond === -1 ? order.length : beyond).map((index) => pairs[index]);
}

/** Square root of the Jensen-Shannon divergence of two distributions, in nats: 0 to √ln 2. */
export function rootJensenShannon(a: number[], b: number[]): number {
  // Where the share is 0 its term is 0 too, the limit of x ln x.
  const term = (share: number, middle: number) =>
    share === 0 ? 0 : 0.5 * share * Math.log(share / middle);
  const divergence = a.reduce((sum, share, i) => {
    const middle = (share + b[i]) / 2;
    return sum + term(share, middle) + term(b[i], middle);
  }, 0);
  // Rounding may leave equal distributions a little below 0.
  return Math.sqrt(Math.max(0, divergence));
}
