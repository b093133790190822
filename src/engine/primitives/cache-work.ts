import accumulateCode from '../../../shaders/cache/accumulate.wgsl?raw';
import compactCode from '../../../shaders/cache/compact.wgsl?raw';
import dropRangeCode from '../../../shaders/cache/drop-range.wgsl?raw';
import importanceCode from '../../../shaders/cache/importance.wgsl?raw';
import lowestKeptCode from '../../../shaders/cache/lowest-kept.wgsl?raw';
import markDroppedCode from '../../../shaders/cache/mark-dropped.wgsl?raw';
import chunkPlan from '../../../shaders/shared/chunk-plan.wgsl?raw';
import forced from '../../../shaders/shared/forced.wgsl?raw';
import unplanned from '../../../shaders/shared/unplanned.wgsl?raw';
import { kernel, SHARED } from '../kernels';

const { frame, pages, rows, plan, planned, reduce, steer } = SHARED;

/** How the weights of query heads that share a KV head become one: the constant REDUCE of accumulate. */
export const REDUCE = { sum: 0, mean: 1, max: 2 };
/** How neighbouring scores become one: the constant POOLING of importance. */
export const POOLING = { average: 0, max: 1 };

/** Adds exact attention weights to the scores of the slots. */
export const ACCUMULATE = kernel(
  'cache/accumulate',
  accumulateCode,
  frame,
  pages,
  rows,
  steer,
  unplanned,
);

/** The same after a prefill pattern that left pairs out. */
export const PLANNED_ACCUMULATE = kernel(
  'cache/planned-accumulate',
  accumulateCode,
  frame,
  pages,
  rows,
  steer,
  plan,
  planned,
  chunkPlan,
);

/** Rows for a selector from the scores of the slots. */
export const IMPORTANCE = kernel('cache/importance', importanceCode, frame, pages, forced);

/** Notes in the inspection store what a compaction is about to drop. */
export const MARK_DROPPED = kernel('cache/mark-dropped', markDroppedCode, frame, pages);

/** Notes there what would have been enough to stay. */
export const LOWEST_KEPT = kernel(
  'cache/lowest-kept',
  lowestKeptCode,
  frame,
  pages,
  reduce,
  forced,
);

/** Moves what is kept to the front. */
export const COMPACT = kernel('cache/compact', compactCode, frame, pages);

/** Lists for a compaction that takes one range of slots out of each head. */
export const DROP_RANGE = kernel('cache/drop-range', dropRangeCode, frame, pages);
