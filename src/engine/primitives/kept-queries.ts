import keepQueriesCode from '../../../shaders/cache/keep-queries.wgsl?raw';
import type { Bench } from '../bench';
import { kernel, SHARED } from '../kernels';
import type { Recorder, Step } from '../recorder';

export const KEEP_QUERIES = kernel(
  'cache/keep-queries',
  keepQueriesCode,
  SHARED.frame,
  SHARED.pages,
);

/** The newest queries of each layer. */
export class KeptQueries {
  private constructor(
    private readonly bench: Bench,
    /** By layer f32[heads, rows, headDim]: the query at position p in row p % rows. */
    readonly buffers: GPUBuffer[],
    private readonly steps: Step[],
  ) {}

  static async create(bench: Bench, rows: number): Promise<KeptQueries> {
    const { layers, heads, headDim } = bench.config;
    const buffers = Array.from({ length: layers }, () =>
      bench.storage('newest queries', heads * rows * headDim * 4),
    );
    const steps = bench.layerSteps(await bench.kernel(KEEP_QUERIES, { ROWS: rows }), (layer) => ({
      kept: buffers[layer],
    }));
    return new KeptQueries(bench, buffers, steps);
  }

  record(recorder: Recorder, layer: number): void {
    const { config, model } = this.bench;
    const groups = Math.ceil((config.heads * model.sizes.lanes) / 64);
    recorder.run(this.steps[layer], groups, recorder.tokens);
  }
}
