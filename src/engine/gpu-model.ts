import { type BufferSet, withMemoryCheck } from '../gpu/buffers';
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
import type { Rounding } from '../model/weight-types';
import { compileAll, modelConstants, type Pipelines } from './pipelines';
import { trainedTables } from './rope-table';
import { chunkTiles, type Sizes, sizesOf } from './sizes';
import { type ModelWeights, uploadWeights } from './weights';

/** A model on a device: weights uploaded, shaders compiled, ready for runs. */
export interface GpuModel {
  gpu: Gpu;
  device: GPUDevice;
  config: ModelConfig;
  precision: 'f32' | 'f16';
  rounding: Rounding;
  sizes: Sizes;
  weights: ModelWeights;
  /** For texts of up to the trained length. */
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

/** How a model is placed, and who is told how far it is on its way. */
export interface Placing {
  /** Stored bytes of weights read so far, and of all. */
  onRead?: (done: number, total: number) => void;
  /** Shaders compiled so far, and of all. */
  onCompiled?: (done: number, total: number) => void;
  /** Bytes of the largest binding, where less should be used than the adapter allows. */
  largestBinding?: number;
  /** What matrices of floats are rounded to on the way. */
  rounding?: Rounding;
}

/** Uploads the weights and compiles every shader. */
export async function createGpuModel(
  gpu: Gpu,
  checkpoint: Checkpoint,
  precision: 'f32' | 'f16',
  { onRead = () => {}, onCompiled = () => {}, largestBinding, rounding = null }: Placing = {},
): Promise<GpuModel> {
  const { device } = gpu;
  const { config } = checkpoint;
  let read = 0;
  const upload = await withMemoryCheck(device, 'the weights of the model', async () => {
    const count = (bytes: number) => {
      read += bytes;
      onRead(read, checkpoint.bytes);
    };
    const weights = await uploadWeights(
      device,
      checkpoint,
      precision,
      rounding,
      count,
      largestBinding,
    );
    const ropeTable = storeTables(device, weights.buffers, trainedTables(config, 0));
    return { weights, ropeTable, destroy: () => weights.buffers.destroy() };
  });
  const sharedLayout = device.createBindGroupLayout({
    label: 'frame',
    entries: [layoutEntry(0, 'uniform'), layoutEntry(1, 'read'), layoutEntry(2, 'read')],
  });
  const compiler = new KernelCompiler(device, precision, sharedLayout);
  const tiles = chunkTiles(config.headDim, device.limits.maxComputeWorkgroupStorageSize);
  const compile = compileOnce(compiler, modelConstants(config, tiles));
  const pipelines = await compileAll(compile, config, upload.weights, onCompiled);
  return {
    gpu,
    device,
    config,
    precision,
    rounding,
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

/** Tables of angles in one buffer, one behind the other. */
export function storeTables(
  device: GPUDevice,
  buffers: BufferSet,
  tables: Float32Array<ArrayBuffer>[],
): GPUBuffer {
  const bytes = tables.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const buffer = buffers.storage('rope table', bytes);
  let at = 0;
  for (const table of tables) {
    device.queue.writeBuffer(buffer, at, table);
    at += table.byteLength;
  }
  return buffer;
}
