/**
 * What one dispatch of a kernel computes and moves, as formulas of its constants and of what it worked on.
 *
 * FLOPs are additions, multiplications, divisions and exponentials of numbers; comparisons and addresses are
 * none. Bytes are what must be moved at least: every input and every output once, as if the caches of the GPU
 * caught all else. This is how a roofline counts (Williams, Waterman & Patterson, CACM 2009).
 */
import type { Constants } from '../gpu/kernels';
import { rowBytes } from '../model/blocks';
import { TYPE_NUMBERS } from '../model/gguf/format';
import { TENSOR_TYPES } from '../model/tensor';
import { DECODE_SPLIT, PAGE_SLOTS } from './kernels';

export interface Workload {
  /** Tokens of the submission. */
  tokens: number;
  /** Pairs of query and key that a layer's heads computed, all together. */
  pairs: number;
  /** Entries that a layer's KV heads hold, all together. */
  entries: number;
  /** Bytes of a weight and of a number in the cache. */
  elementBytes: 2 | 4;
}

export interface Cost {
  flops: number;
  bytes: number;
}

/** Bytes of an f32, and of position and score bias of an entry. */
const FLOAT = 4;
const ENTRY = 8;

/** −x, exp, + and ÷ of silu(x); other activations are counted like it. */
const ACTIVATION_FLOPS = 4;
/** Squares and their sum, scale and weight of a normalised number. */
const NORM_FLOPS = 4;
/** Of a rotated pair: its angle from two rows of the table, and the rotation. */
const ROTATION_FLOPS = 12;
/** Scale, bias, maximum, exponential and sum of a score: counted as five, as is usual. */
const SOFTMAX_FLOPS = 5;

type Formula = (sizes: Constants, work: Workload) => Cost;

const attend: Formula = ({ HEADS, HEAD_DIM }, { tokens, pairs, entries, elementBytes }) => ({
  flops: pairs * (4 * HEAD_DIM + SOFTMAX_FLOPS),
  bytes:
    // Queries and outputs, then the log-sum-exp and the number of pairs of each row.
    tokens * HEADS * (2 * HEAD_DIM + 2) * FLOAT + entries * (2 * HEAD_DIM * elementBytes + ENTRY),
});

/** One query of each head over the entries read, into one partial result for each split. */
function attendToken(sizes: Constants, work: Workload, entries: number): Cost {
  const { HEADS, HEAD_DIM } = sizes;
  const { pairs, elementBytes } = work;
  return {
    flops: pairs * (4 * HEAD_DIM + SOFTMAX_FLOPS),
    bytes:
      HEADS * HEAD_DIM * FLOAT +
      entries * (2 * HEAD_DIM * elementBytes + ENTRY) +
      partials(sizes, pairs),
  };
}

/** Bytes of the partial results of a step, see `shaders/attention/decode.wgsl`. */
function partials(sizes: Constants, pairs: number): number {
  return splits(sizes, pairs) * (sizes.HEAD_DIM + 3) * FLOAT;
}

function splits({ HEADS }: Constants, pairs: number): number {
  return HEADS * (Math.floor(pairs / HEADS / DECODE_SPLIT) + 1);
}

const embed: Formula = (sizes, { tokens, elementBytes }) => ({
  flops: 0,
  bytes: tokens * (FLOAT + weightBytes(sizes, 1, elementBytes) + 4 * sizes.IN4 * FLOAT),
});

const matmul: Formula = (sizes, { tokens, elementBytes }) => {
  const { IN4, OUT, ADD = 0, BIAS = 0 } = sizes;
  return {
    flops: tokens * OUT * (2 * 4 * IN4 + ADD + BIAS),
    bytes:
      (tokens * (4 * IN4 + OUT * (1 + ADD)) + OUT * BIAS) * FLOAT +
      weightBytes(sizes, OUT, elementBytes),
  };
};

const matvec: Formula = (sizes, { elementBytes }) => {
  const { IN4, OUT, ADD = 0, BIAS = 0, INPUT = 0, GATED = 1 } = sizes;
  return {
    flops:
      OUT * (2 * 4 * IN4 + ADD + BIAS) +
      4 * IN4 * [0, NORM_FLOPS, ACTIVATION_FLOPS + GATED, NORM_FLOPS + 3][INPUT],
    bytes:
      // The norm's weights and biases and the second half of a gated row are as wide as the input.
      (4 * IN4 * [1, 2, 1 + GATED, 3][INPUT] + OUT * (1 + ADD + BIAS)) * FLOAT +
      weightBytes(sizes, OUT, elementBytes),
  };
};

/** Of so many rows: plain values, or blocks as `shaders/linear/block-weights.wgsl` has them. */
function weightBytes(sizes: Constants, rows: number, elementBytes: number): number {
  const { IN4, FROM1 = rows, FROM2 = rows } = sizes;
  if (sizes.TYPE0 === undefined) return rows * 4 * IN4 * elementBytes;
  const starts = [0, Math.min(FROM1, rows), Math.min(FROM2, rows), rows];
  return [sizes.TYPE0, sizes.TYPE1, sizes.TYPE2].reduce((sum, number, i) => {
    const type = TENSOR_TYPES.find((one) => TYPE_NUMBERS[one] === number);
    return sum + (type ? (starts[i + 1] - starts[i]) * rowBytes(type, 4 * IN4) : 0);
  }, 0);
}

/** By the name of the kernel. One without a formula is timed all the same. */
const FORMULAS: Record<string, Formula> = {
  'linear/embed': embed,
  'linear/block-embed': embed,
  'norm/norm': ({ WIDTH4, CENTRED = 0, ADD = 0 }, { tokens }) => ({
    flops: tokens * 4 * WIDTH4 * (NORM_FLOPS + ADD + 3 * CENTRED),
    bytes: ((2 + ADD) * tokens + 1 + CENTRED) * 4 * WIDTH4 * FLOAT,
  }),
  'norm/head-norm': ({ HEADS, KV_HEADS, HEAD_DIM }, { tokens }) => ({
    flops: tokens * (HEADS + KV_HEADS) * HEAD_DIM * NORM_FLOPS,
    bytes: (2 * tokens * (HEADS + KV_HEADS) + 2) * HEAD_DIM * FLOAT,
  }),
  'linear/matmul': matmul,
  'linear/block-matmul': matmul,
  'linear/matvec': matvec,
  'linear/block-matvec': matvec,
  'linear/activate': ({ WIDTH4, GATED = 1 }, { tokens }) => ({
    flops: tokens * 4 * WIDTH4 * (ACTIVATION_FLOPS + GATED),
    bytes: tokens * (2 + GATED) * 4 * WIDTH4 * FLOAT,
  }),
  'cache/append': ({ HEADS, KV_HEADS, HEAD_DIM, REINDEXED }, { tokens, elementBytes }) => {
    const turned = ((HEADS + KV_HEADS) * HEAD_DIM) / 2;
    return {
      flops: tokens * (HEADS * HEAD_DIM + (REINDEXED ? 0 : turned * ROTATION_FLOPS)),
      bytes:
        tokens *
        // All are read, queries and keys written back, keys and values written to the cache.
        ((2 * HEADS + 3 * KV_HEADS) * HEAD_DIM * FLOAT +
          KV_HEADS * (2 * HEAD_DIM * elementBytes + ENTRY)),
    };
  },
  'attention/chunk': attend,
  'attention/planned-chunk': attend,
  'attention/count-pairs': ({ HEADS }, { tokens }) => ({
    flops: tokens * HEADS,
    bytes: tokens * HEADS * FLOAT + HEADS * 2 * FLOAT,
  }),
  'attention/decode': (sizes, work) => attendToken(sizes, work, work.entries),
  // Heads that share a list, or KV heads that hold fewer, read no entry that is not there.
  'attention/selected-decode': (sizes, work) =>
    attendToken(sizes, work, Math.min(work.entries, work.pairs)),
  'attention/merge': (sizes, { pairs }) => ({
    flops: splits(sizes, pairs) * (2 * sizes.HEAD_DIM + 4) + sizes.HEADS * sizes.HEAD_DIM,
    bytes: partials(sizes, pairs) + sizes.HEADS * (sizes.HEAD_DIM + 4) * FLOAT,
  }),
  'sample/sample': ({ VOCAB }) => ({ flops: 0, bytes: VOCAB * FLOAT }),
  'select/slot-scores': ({ HEADS, KV_HEADS, HEAD_DIM }, { entries, elementBytes }) => {
    const scores = (entries / KV_HEADS) * HEADS;
    return {
      flops: scores * (2 * HEAD_DIM + 2),
      bytes:
        HEADS * HEAD_DIM * FLOAT + entries * (HEAD_DIM * elementBytes + ENTRY) + scores * FLOAT,
    };
  },
  'select/page-bounds': ({ HEADS, KV_HEADS, HEAD_DIM }, { entries }) => {
    const pages = entries / KV_HEADS / PAGE_SLOTS;
    return {
      flops: HEADS * pages * 3 * HEAD_DIM,
      bytes: (HEADS * HEAD_DIM + KV_HEADS * pages * 2 * HEAD_DIM + HEADS * pages) * FLOAT,
    };
  },
};

/** The cost of one dispatch; null for a kernel that has no formula. */
export function costOf(kernel: string, sizes: Constants, work: Workload): Cost | null {
  return FORMULAS[kernel]?.(sizes, work) ?? null;
}
