import { softmax } from '../../formulas';
import { dot } from '../../vectors';
import { range } from '../decode/range';
import { kvHeadOf } from '../decode/scores';
import type { MethodShape, PrefillMethod, PrefillView } from '../method';
import { blockMask, sumBlocks } from './blocks';
import { perHead } from './per-head';
import { ranked } from './ranked';

export interface XAttentionValues {
  /** Tokens in a block of queries or keys, a multiple of the stride. */
  block: number;
  /** Every stride-th antidiagonal is scored. */
  stride: number;
  /** Share τ of the score that the chosen blocks of a row must reach; at 1 everything is computed. */
  threshold: number;
}

/**
 * XAttention (arXiv 2503.16428): blocks ranked by their antidiagonals, enough of them to reach the threshold.
 * Key block 0 and the diagonal block are forced and count first. A chunk that ends within a group of
 * `stride` tokens is filled up with zero vectors; there are no groups of padding alone. An even stride meets
 * pairs of odd distance only.
 */
export function xAttention(values: XAttentionValues, shape: MethodShape): PrefillMethod {
  return perHead(shape, (view, head) => {
    const firstBlock = view.start / values.block;
    const chosen = blockScores(values, view, head, shape).map((scores, row) =>
      reaching(values.threshold, scores.slice(0, firstBlock + row + 1)),
    );
    return blockMask(chosen, values.block);
  });
}

/**
 * scores[query block of the chunk][key block]: the group weights that fall into the block. A group is a
 * stride × stride tile; its score is the mean of its antidiagonal, and the softmax runs over a row of groups
 * up to the diagonal one, whose antidiagonal also crosses pairs that are not causal.
 */
export function blockScores(
  { block, stride }: XAttentionValues,
  { start, queries, keys }: PrefillView,
  head: number,
  shape: MethodShape,
): number[][] {
  const queryGroups = groups(queries[head], stride, 'reversed');
  const keyGroups = groups(keys[kvHeadOf(head, shape)], stride, 'forward');
  const scale = Math.sqrt(shape.headDim) * stride;
  const rows = queryGroups.map((query, i) => {
    const causal = keyGroups.slice(0, start / stride + i + 1);
    const { weights } = softmax(causal.map((key) => dot(query, key) / scale));
    const blocks = sumBlocks(weights, block / stride);
    return range(0, Math.ceil(keyGroups.length / (block / stride))).map((b) => blocks[b] ?? 0);
  });
  return range(0, Math.ceil(rows.length / (block / stride))).map((b) =>
    rows
      .slice((b * block) / stride, ((b + 1) * block) / stride)
      .reduce((sum, row) => sum.map((value, i) => value + row[i])),
  );
}

/** Concatenates each `stride` consecutive vectors. */
function groups(
  vectors: Float64Array[],
  stride: number,
  order: 'forward' | 'reversed',
): Float64Array[] {
  const zero = new Float64Array(vectors[0].length);
  return range(0, Math.ceil(vectors.length / stride)).map((group) => {
    const members = range(group * stride, (group + 1) * stride).map((i) => vectors[i] ?? zero);
    if (order === 'reversed') members.reverse();
    return Float64Array.from(members.flatMap((vector) => [...vector]));
  });
}

/** Block 0, the last (diagonal) block, and the best others until the sum reaches the share of the total. */
function reaching(threshold: number, scores: number[]): number[] {
  // Rounding could make the sum reach the total before the last small blocks are in.
  if (threshold >= 1) return range(0, scores.length);
  const forced = new Set([0, scores.length - 1]);
  const total = scores.reduce((sum, score) => sum + score, 0);
  const chosen = [...forced];
  let sum = chosen.reduce((partial, index) => partial + scores[index], 0);
  for (const index of ranked(scores).filter((candidate) => !forced.has(candidate))) {
    if (sum >= threshold * total) break;
    chosen.push(index);
    sum += scores[index];
  }
  return chosen;
}
