import type { Bench } from '../bench';
import type { Recorder, Step } from '../recorder';
import { IMPORTANCE, POOLING } from './cache-work';

export interface RankingRule {
  /** Slots that each layer's KV head may keep, the forced ones included. */
  budgets: Uint32Array<ArrayBuffer>;
  /** First and newest slots that always stay. */
  sinks: number;
  recent: number;
  /** Neighbours that share their scores; odd. */
  kernel?: number;
  pooling?: keyof typeof POOLING;
  /** Whether the KV heads of a layer share their scores. */
  layerShared?: boolean;
}

/** The slots of every head as rows for a selector: see `shaders/cache/importance.wgsl`. */
export class Ranking {
  private constructor(
    private readonly bench: Bench,
    /** f32[layers * kvHeads, stride]. */
    readonly values: GPUBuffer,
    /** u32[layers * kvHeads, 2]: slots, budget. */
    readonly sizes: GPUBuffer,
    readonly stride: number,
    private readonly step: Step,
  ) {}

  static async create(bench: Bench, rule: RankingRule): Promise<Ranking> {
    const { sinks, recent, kernel = 1, pooling = 'average', layerShared = false } = rule;
    const { heads } = bench.cache;
    const stride = bench.capacity;
    const values = bench.storage('ranked slots', heads * stride * 4);
    const sizes = bench.storage('sizes of ranked rows', heads * 8);
    const pipeline = await bench.kernel(IMPORTANCE, {
      VALUE_STRIDE: stride,
      KERNEL: kernel,
      POOLING: POOLING[pooling],
      LAYER_SHARED: layerShared ? 1 : 0,
    });
    const step = bench.step(pipeline, {
      importance: bench.uniform(IMPORTANCE, 'Importance', { sinks, recent }),
      scores: bench.slotScores(),
      budgets: bench.stored('budgets', rule.budgets),
      values,
      sizes,
    });
    return new Ranking(bench, values, sizes, stride, step);
  }

  record(recorder: Recorder): void {
    const slots = this.bench.cache.slots + recorder.tokens;
    recorder.run(this.step, Math.ceil(slots / 256), this.bench.cache.heads);
  }
}
