import { withMemoryCheck } from '../gpu/buffers';
import type { Gpu } from '../gpu/device';
import {
  type Constants,
  type Kernel,
  KernelCompiler,
  layoutEntry,
  type Pipeline,
} from '../gpu/kernels';
import type { Checkpoint } from '../model/checkpoint';
import type { ModelConfig } from '../model/config';
import { KERNELS } from './kernels';
import { ropeFrequencies, ropeTable } from './rope-table';
import { type ChunkTiles, chunkTiles, type Sizes, sizesOf } from './sizes';
import { type ModelWeights, uploadWeights } from './weights';

/** Every pipeline of a model. Those that read keys come twice: positions of the text, positions re-indexed. */
export interface Pipelines {
  embed: Pipeline;
  norm: Pipeline;
  qkvMatrix: Pipeline;
  qkvVector: Pipeline;
  attentionOutMatrix: Pipeline;
  attentionOutVector: Pipeline;
  gateUpMatrix: Pipeline;
  gateUpVector: Pipeline;
  swiglu: Pipeline;
  downMatrix: Pipeline;
  downVector: Pipeline;
  output: Pipeline;
  countPairs: Pipeline;
  merge: Pipeline;
  sample: Pipeline;
  capture: Pipeline;
  markEvicted: Pipeline;
  original: PositionPipelines;
  reindexed: PositionPipelines;
}

export interface PositionPipelines {
  append: Pipeline;
  chunk: Pipeline;
  decode: Pipeline;
}

/** A model on a device: weights uploaded, shaders compiled, ready for runs. */
export interface GpuModel {
  gpu: Gpu;
  device: GPUDevice;
  config: ModelConfig;
  precision: 'f32' | 'f16';
  sizes: Sizes;
  weights: ModelWeights;
  ropeTable: GPUBuffer;
  sharedLayout: GPUBindGroupLayout;
  compiler: KernelCompiler;
  pipelines: Pipelines;
  /** Queries that one workgroup of chunk attention handles. */
  chunkRows: number;
  /** Compiles a kernel with the model's sizes as constants; the second time it is there already. */
  kernel(kernel: Kernel, constants?: Constants): Promise<Pipeline>;
  destroy(): void;
}

/** Told how far a model is on its way to the GPU. */
export interface PlacingWatch {
  /** Stored bytes of weights read so far, and of all. */
  onRead?: (done: number, total: number) => void;
  /** Shaders compiled so far, and of all. */
  onCompiled?: (done: number, total: number) => void;
}

/** Uploads the weights and compiles every shader. */
export async function createGpuModel(
  gpu: Gpu,
  checkpoint: Checkpoint,
  precision: 'f32' | 'f16',
  { onRead = () => {}, onCompiled = () => {} }: PlacingWatch = {},
): Promise<GpuModel> {
  const { device } = gpu;
  const { config } = checkpoint;
  let read = 0;
  const upload = await withMemoryCheck(device, 'the weights of the model', async () => {
    const weights = await uploadWeights(device, checkpoint, precision, (bytes) => {
      read += bytes;
      onRead(read, checkpoint.bytes);
    });
    const angles = ropeTable(ropeFrequencies(config.headDim, config.ropeTheta));
    const buffer = weights.buffers.storage('rope table', angles.byteLength);
    device.queue.writeBuffer(buffer, 0, angles);
    return { weights, ropeTable: buffer, destroy: () => weights.buffers.destroy() };
  });
  const sharedLayout = device.createBindGroupLayout({
    label: 'frame',
    entries: [layoutEntry(0, 'uniform'), layoutEntry(1, 'read'), layoutEntry(2, 'read')],
  });
  const compiler = new KernelCompiler(device, precision, sharedLayout);
  const tiles = chunkTiles(config.headDim, device.limits.maxComputeWorkgroupStorageSize);
  const compile = compileOnce(compiler, modelConstants(config, tiles));
  const pipelines = await compileAll(compile, config, onCompiled);
  return {
    gpu,
    device,
    config,
    precision,
    sizes: sizesOf(config),
    weights: upload.weights,
    ropeTable: upload.ropeTable,
    sharedLayout,
    compiler,
    pipelines,
    chunkRows: 4 * tiles.rowGroups,
    kernel: compile,
    destroy: upload.destroy,
  };
}

type Compile = (kernel: Kernel, constants?: Constants) => Promise<Pipeline>;

/** Sizes that kernels ask for by name. */
function modelConstants(config: ModelConfig, tiles: ChunkTiles): Constants {
  const size = sizesOf(config);
  return {
    LAYERS: config.layers,
    HEAD_DIM: config.headDim,
    HEADS: config.heads,
    KV_HEADS: config.kvHeads,
    LANES: size.lanes,
    OUT_STRIDE: size.attention4 * 4,
    WIDTH: size.hidden,
    EPS: config.rmsNormEps,
    VOCAB: config.vocabSize,
    ROW_GROUPS: tiles.rowGroups,
    BLOCK_KEYS: tiles.blockKeys,
  };
}

function compileOnce(compiler: KernelCompiler, model: Constants): Compile {
  const compiled = new Map<string, Promise<Pipeline>>();
  return (kernel, constants = {}) => {
    const key = `${kernel.name} ${JSON.stringify(constants)}`;
    let pipeline = compiled.get(key);
    if (!pipeline) {
      pipeline = compiler.compile(kernel, { ...model, ...constants });
      pipeline.catch(() => compiled.delete(key));
      compiled.set(key, pipeline);
    }
    return pipeline;
  };
}

/** Compiles what every run needs; what a strategy needs beside it is compiled when it is first used. */
async function compileAll(
  compileKernel: Compile,
  config: ModelConfig,
  onCompiled: (done: number, total: number) => void,
): Promise<Pipelines> {
  const size = sizesOf(config);
  const queue: Promise<Pipeline>[] = [];
  let done = 0;
  const compile = (kernel: keyof typeof KERNELS, constants: Constants = {}): Promise<Pipeline> => {
    const promise = compileKernel(KERNELS[kernel], constants).then((pipeline) => {
      onCompiled(++done, queue.length);
      return pipeline;
    });
    queue.push(promise);
    return promise;
  };
  const forPositions = async (reindexed: 0 | 1): Promise<PositionPipelines> => {
    const REINDEXED = reindexed;
    const [append, chunk, decode] = await Promise.all([
      compile('append', { REINDEXED }),
      compile('chunk', { REINDEXED }),
      compile('decode', { REINDEXED }),
      // Probes look these up by themselves; here they are only compiled before the first look.
      compile('tile', { REINDEXED, LEAVES_OUT: 0, MERGES: 0 }),
      compile('keyMean', { REINDEXED }),
    ]);
    return { append, chunk, decode };
  };
  /** A product for many tokens, and the same for one with `input` applied on the way in. */
  const product = (IN4: number, OUT: number, OUT_STRIDE: number, input: 0 | 1 | 2, ADD: 0 | 1) =>
    Promise.all([
      compile('matmul', { IN4, OUT, OUT_STRIDE, ADD }),
      compile('matvec', { IN4, OUT, INPUT: input, ADD }),
    ]);

  const gateUpRows = 2 * size.intermediate4 * 4;
  const [
    [qkvMatrix, qkvVector],
    [attentionOutMatrix, attentionOutVector],
    [gateUpMatrix, gateUpVector],
    [downMatrix, downVector],
    original,
    reindexed,
    embed,
    norm,
    swiglu,
    output,
    countPairs,
    merge,
    sample,
    capture,
    markEvicted,
  ] = await Promise.all([
    product(size.hidden4, size.qkv, size.qkv, 1, 0),
    product(size.attention4, size.hidden, size.hidden4 * 4, 0, 1),
    product(size.hidden4, gateUpRows, gateUpRows, 1, 0),
    product(size.intermediate4, size.hidden, size.hidden4 * 4, 2, 1),
    forPositions(0),
    forPositions(1),
    compile('embed', { WIDTH4: size.hidden4 }),
    compile('rmsNorm', { WIDTH4: size.hidden4 }),
    compile('swiglu', { WIDTH4: size.intermediate4 }),
    compile('matvec', { IN4: size.hidden4, OUT: config.vocabSize, INPUT: 1 }),
    compile('countPairs'),
    compile('merge'),
    compile('sample', { THREADS: 256 }),
    compile('capture'),
    compile('markEvicted'),
  ]);
  return {
    embed,
    norm,
    qkvMatrix,
    qkvVector,
    attentionOutMatrix,
    attentionOutVector,
    gateUpMatrix,
    gateUpVector,
    swiglu,
    downMatrix,
    downVector,
    output,
    countPairs,
    merge,
    sample,
    capture,
    markEvicted,
    original,
    reindexed,
  };
}
