import chunkCode from '../../shaders/attention/chunk.wgsl?raw';
import countPairsCode from '../../shaders/attention/count-pairs.wgsl?raw';
import decodeCode from '../../shaders/attention/decode.wgsl?raw';
import mergeCode from '../../shaders/attention/merge.wgsl?raw';
import appendCode from '../../shaders/cache/append.wgsl?raw';
import markEvictedCode from '../../shaders/cache/mark-evicted.wgsl?raw';
import activateCode from '../../shaders/linear/activate.wgsl?raw';
import blockWeights from '../../shaders/linear/block-weights.wgsl?raw';
import embedCode from '../../shaders/linear/embed.wgsl?raw';
import matmulCode from '../../shaders/linear/matmul.wgsl?raw';
import matvecCode from '../../shaders/linear/matvec.wgsl?raw';
import plainWeights from '../../shaders/linear/plain-weights.wgsl?raw';
import headNormCode from '../../shaders/norm/head-norm.wgsl?raw';
import normCode from '../../shaders/norm/norm.wgsl?raw';
import captureCode from '../../shaders/probe/capture.wgsl?raw';
import capturePlanCode from '../../shaders/probe/capture-plan.wgsl?raw';
import captureReadsCode from '../../shaders/probe/capture-reads.wgsl?raw';
import heldAtCode from '../../shaders/probe/held-at.wgsl?raw';
import influenceCode from '../../shaders/probe/influence.wgsl?raw';
import keyMeanCode from '../../shaders/probe/key-mean.wgsl?raw';
import massRecallCode from '../../shaders/probe/mass-recall.wgsl?raw';
import repeatScoresCode from '../../shaders/probe/repeat-scores.wgsl?raw';
import rowStatsCode from '../../shaders/probe/row-stats.wgsl?raw';
import tileCode from '../../shaders/probe/tile.wgsl?raw';
import sampleCode from '../../shaders/sample/sample.wgsl?raw';
import activation from '../../shaders/shared/activation.wgsl?raw';
import chunkPlan from '../../shaders/shared/chunk-plan.wgsl?raw';
import frame from '../../shaders/shared/frame.wgsl?raw';
import pages from '../../shaders/shared/pages.wgsl?raw';
import plan from '../../shaders/shared/plan.wgsl?raw';
import planned from '../../shaders/shared/planned.wgsl?raw';
import reduce from '../../shaders/shared/reduce.wgsl?raw';
import rope from '../../shaders/shared/rope.wgsl?raw';
import rows from '../../shaders/shared/rows.wgsl?raw';
import selected from '../../shaders/shared/selected.wgsl?raw';
import steer from '../../shaders/shared/steer.wgsl?raw';
import unplanned from '../../shaders/shared/unplanned.wgsl?raw';
import unselected from '../../shaders/shared/unselected.wgsl?raw';
import weights from '../../shaders/shared/weights.wgsl?raw';
import type { Kernel } from '../gpu/kernels';

/** Slots of a cache page: as in `shaders/shared/pages.wgsl`. */
export const PAGE_SLOTS = 16;
/** Slots that one workgroup of `shaders/attention/decode.wgsl` reads. */
export const DECODE_SPLIT = 256;
/** Most tokens of one submission, what the work buffers are made for: as in `shaders/shared/rows.wgsl`. */
export const MAX_CHUNK = 512;
/** Words of `cache_table` per layer and KV head: as in `shaders/shared/pages.wgsl`. */
export const HEAD_STATE = 4;
/** Stands for "no window" on the GPU. */
export const ALL = 0xffffffff;

/** Shader files that others build on; what each needs is said at its top. */
export const SHARED = {
  frame,
  pages,
  plan,
  planned,
  reduce,
  rope,
  rows,
  selected,
  steer,
  unselected,
};

/** A kernel from its own file and the shared ones that it needs; WGSL does not mind the order. */
export function kernel(name: string, code: string, ...shared: string[]): Kernel {
  return { name, code: [...shared, code].join('\n') };
}

const matvecParts = [frame, reduce, activation];
const past = [frame, rope, pages, rows, plan, planned, weights];
const chunkParts = [frame, rope, pages, rows, plan, steer];
const decodeParts = [frame, rope, pages, reduce, steer];

/** The kernels of the forward pass and the probes. */
export const KERNELS = {
  embed: kernel('linear/embed', embedCode, frame, plainWeights),
  blockEmbed: kernel('linear/block-embed', embedCode, frame, blockWeights),
  norm: kernel('norm/norm', normCode, reduce),
  headNorm: kernel('norm/head-norm', headNormCode, reduce),
  matmul: kernel('linear/matmul', matmulCode, frame, plainWeights),
  blockMatmul: kernel('linear/block-matmul', matmulCode, frame, blockWeights),
  matvec: kernel('linear/matvec', matvecCode, ...matvecParts, plainWeights),
  blockMatvec: kernel('linear/block-matvec', matvecCode, ...matvecParts, blockWeights),
  activate: kernel('linear/activate', activateCode, activation),
  append: kernel('cache/append', appendCode, frame, rope, pages),
  markEvicted: kernel('cache/mark-evicted', markEvictedCode, frame, pages),
  chunk: kernel('attention/chunk', chunkCode, ...chunkParts, unplanned),
  plannedChunk: kernel('attention/planned-chunk', chunkCode, ...chunkParts, planned, chunkPlan),
  countPairs: kernel('attention/count-pairs', countPairsCode, frame, pages, rows, reduce),
  decode: kernel('attention/decode', decodeCode, ...decodeParts, unselected),
  selectedDecode: kernel('attention/selected-decode', decodeCode, ...decodeParts, selected),
  merge: kernel('attention/merge', mergeCode, frame, rope, pages, rows),
  sample: kernel('sample/sample', sampleCode, frame, reduce),
  capture: kernel('probe/capture', captureCode, frame, pages, rows),
  capturePlan: kernel('probe/capture-plan', capturePlanCode, frame),
  captureReads: kernel('probe/capture-reads', captureReadsCode, frame, pages, selected),
  tile: kernel('probe/tile', tileCode, ...past),
  massRecall: kernel('probe/mass-recall', massRecallCode, ...past, reduce),
  keyMean: kernel('probe/key-mean', keyMeanCode, ...past, reduce),
  repeatScores: kernel('probe/repeat-scores', repeatScoresCode, ...past, reduce),
  rowStats: kernel('probe/row-stats', rowStatsCode, ...past),
  heldAt: kernel('probe/held-at', heldAtCode, frame, pages, reduce),
  influence: kernel('probe/influence', influenceCode, ...past),
} satisfies Record<string, Kernel>;

/** The structs `Frame` and `Layer` that all kernels share. */
export const FRAME_CODE = frame;
