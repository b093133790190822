import chunkCode from '../../shaders/attention/chunk.wgsl?raw';
import decodeCode from '../../shaders/attention/decode.wgsl?raw';
import mergeCode from '../../shaders/attention/merge.wgsl?raw';
import appendCode from '../../shaders/cache/append.wgsl?raw';
import markEvictedCode from '../../shaders/cache/mark-evicted.wgsl?raw';
import embedCode from '../../shaders/linear/embed.wgsl?raw';
import matmulCode from '../../shaders/linear/matmul.wgsl?raw';
import matvecCode from '../../shaders/linear/matvec.wgsl?raw';
import swigluCode from '../../shaders/linear/swiglu.wgsl?raw';
import rmsNormCode from '../../shaders/norm/rms-norm.wgsl?raw';
import captureCode from '../../shaders/probe/capture.wgsl?raw';
import keyMeanCode from '../../shaders/probe/key-mean.wgsl?raw';
import tileCode from '../../shaders/probe/tile.wgsl?raw';
import sampleCode from '../../shaders/sample/sample.wgsl?raw';
import frame from '../../shaders/shared/frame.wgsl?raw';
import pages from '../../shaders/shared/pages.wgsl?raw';
import reduce from '../../shaders/shared/reduce.wgsl?raw';
import rope from '../../shaders/shared/rope.wgsl?raw';
import weights from '../../shaders/shared/weights.wgsl?raw';
import type { Kernel } from '../gpu/kernels';

/** Slots of a cache page: as in `shaders/shared/pages.wgsl`. */
export const PAGE_SLOTS = 16;
/** Slots that one workgroup of `shaders/attention/decode.wgsl` reads. */
export const DECODE_SPLIT = 256;

/** Every kernel: its file and the shared files it needs. */
export const KERNELS = {
  embed: kernel('linear/embed', embedCode),
  rmsNorm: kernel('norm/rms-norm', rmsNormCode, reduce),
  matmul: kernel('linear/matmul', matmulCode, frame),
  matvec: kernel('linear/matvec', matvecCode, frame, reduce),
  swiglu: kernel('linear/swiglu', swigluCode),
  append: kernel('cache/append', appendCode, frame, rope, pages),
  markEvicted: kernel('cache/mark-evicted', markEvictedCode, frame, pages),
  chunk: kernel('attention/chunk', chunkCode, frame, rope, pages),
  decode: kernel('attention/decode', decodeCode, frame, rope, pages, reduce),
  merge: kernel('attention/merge', mergeCode, frame, rope, pages),
  sample: kernel('sample/sample', sampleCode, frame, reduce),
  capture: kernel('probe/capture', captureCode, frame, pages),
  tile: kernel('probe/tile', tileCode, frame, rope, pages, weights),
  keyMean: kernel('probe/key-mean', keyMeanCode, frame, rope, pages, weights, reduce),
} satisfies Record<string, Kernel>;

/** The struct `Frame` and `Layer` that all kernels share. */
export const FRAME_CODE = frame;

function kernel(name: string, code: string, ...shared: string[]): Kernel {
  return { name, code: [...shared, code].join('\n') };
}
