import type { Constants, Pipeline, Resource } from '../gpu/kernels';
import type { Bench } from './bench';
import { KERNELS } from './kernels';
import type { Linear, MatrixPart } from './matrix';
import type { Recorder, Step } from './recorder';

/** A matrix with the pipeline of its product for many tokens ('matmul') or for one ('matvec'). */
export interface Product {
  kernel: 'matmul' | 'matvec';
  parts: { part: MatrixPart; pipeline: Pipeline }[];
  bias: GPUBuffer | null;
}

/** The same for weights in blocks. */
const OF_BLOCKS = { matmul: 'blockMatmul', matvec: 'blockMatvec' } as const;
type ProductKernel = keyof typeof OF_BLOCKS | (typeof OF_BLOCKS)[keyof typeof OF_BLOCKS];

type Compile = (kernel: ProductKernel, constants: Constants) => Promise<Pipeline>;

/** Compiles a product of one token for every part of the matrix; parts of the same size share their pipeline. */
export async function compileForOne(
  compile: Compile,
  { matrix, bias }: Linear,
  constants: Constants,
): Promise<Product> {
  const parts = matrix.parts.map(async (part) => {
    const sizes = { IN4: matrix.columns4, OUT: part.rows, BIAS: bias ? 1 : 0 };
    const kernel = part.blocks ? OF_BLOCKS.matvec : 'matvec';
    return { part, pipeline: await compile(kernel, { ...sizes, ...part.blocks, ...constants }) };
  });
  return { kernel: 'matvec', parts: await Promise.all(parts), bias };
}

/** The same of many tokens; all products share a pipeline, as far as biases and types of blocks agree. */
export async function compileForMany(
  compile: Compile,
  { matrix, bias }: Linear,
  sizes: { OUT_STRIDE: number; ADD?: number },
): Promise<Product> {
  const parts = matrix.parts.map(async (part) => {
    const kernel = part.blocks ? OF_BLOCKS.matmul : 'matmul';
    const pipeline = await compile(kernel, { BIAS: bias ? 1 : 0, ...part.blocks });
    return {
      part,
      pipeline: sized(pipeline, { ADD: 0, ...sizes, IN4: matrix.columns4, OUT: part.rows }),
    };
  });
  return { kernel: 'matmul', parts: await Promise.all(parts), bias };
}

/** What `shaders/linear/matmul.wgsl` reads as a uniform. */
type MatmulSizes = Record<'IN4' | 'OUT' | 'OUT_STRIDE' | 'ADD', number>;

/** A pipeline of 'matmul' for one product: its sizes stand beside the constants, where its costs are told from. */
export function sized(pipeline: Pipeline, sizes: MatmulSizes): Pipeline {
  return { ...pipeline, constants: { ...pipeline.constants, ...sizes } };
}

/** The uniform of a sized pipeline. */
export function sizesUniform(bench: Bench, { constants }: Pipeline): GPUBuffer {
  const { IN4, OUT, OUT_STRIDE, ADD } = constants;
  const values = { in4: IN4, out: OUT, out_stride: OUT_STRIDE, add: ADD };
  return bench.uniform(KERNELS.matmul, 'Sizes', values);
}

/** What a product reads and writes. */
export interface ProductBuffers {
  x: GPUBuffer;
  /** Of a chunk, row by row. */
  y: GPUBuffer;
  /** What the input is normalised with on the way in. */
  norm?: GPUBuffer;
}

/** A product with its buffers bound. */
export class BoundProduct {
  private readonly parts: { rows: number; step: Step }[];

  /** @param bind makes a step of a pipeline, with resources by their names in the shader */
  constructor(
    bench: Bench,
    private readonly product: Product,
    { x, y, norm }: ProductBuffers,
    bind: (pipeline: Pipeline, resources: Record<string, Resource>) => Step,
  ) {
    const { bias } = product;
    this.parts = product.parts.map(({ part, pipeline }) => {
      const behind = (buffer: GPUBuffer): GPUBufferBinding => ({
        buffer,
        offset: part.from * 4,
        size: buffer.size - part.from * 4,
      });
      const step = bind(pipeline, {
        x,
        w: part.buffer,
        y: behind(y),
        // Kernels that read no norm or bias bind the weights in their place.
        norm_weight: norm ?? part.buffer,
        bias: bias ? behind(bias) : part.buffer,
        ...(product.kernel === 'matmul' && { sizes: sizesUniform(bench, pipeline) }),
      });
      return { rows: part.rows, step };
    });
  }

  /** Records it: of many tokens 32 × 32 outputs a workgroup, of one token 16. */
  record(recorder: Recorder): void {
    const tiles = Math.ceil(recorder.tokens / 32);
    for (const { rows, step } of this.parts) {
      if (this.product.kernel === 'matmul') {
        recorder.run(step, Math.ceil(rows / 32), tiles);
      } else {
        // In two dimensions where one is too short.
        const groups = Math.ceil(rows / 16);
        const x = Math.min(groups, 65535);
        recorder.run(step, x, Math.ceil(groups / x));
      }
    }
  }
}
