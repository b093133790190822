import type { Bench } from '../bench';
import { planBits } from '../inspection';
import type { Recorder, Step } from '../recorder';
import { compressionPoint } from '../strategy';
import { ACCUMULATE, PLANNED_ACCUMULATE, REDUCE } from './cache-work';

const NO_ROWS = { first: 0, end: 0 };

/** Adds up, slot by slot, the weights that queries give: see `shaders/cache/accumulate.wgsl`. */
export class WeightSums {
  private rows = NO_ROWS;

  private constructor(
    private readonly bench: Bench,
    private readonly observed: GPUBuffer,
    private readonly steps: Step[],
    /** Where a prefill pattern leaves pairs out. */
    private readonly planned: Step[] | null,
  ) {}

  /**
   * @param reduce how the weights of query heads that share a KV head become one
   * @param decay what a sum is worth one query later, 0 to 1
   */
  static async create(
    bench: Bench,
    { reduce, decay }: { reduce: keyof typeof REDUCE; decay: number },
  ): Promise<WeightSums> {
    const { parts } = bench.strategy.prefill;
    const observed = bench.uniform(ACCUMULATE, 'Observed', { ...NO_ROWS, decay });
    const scores = bench.slotScores();
    const constants = { REDUCE: REDUCE[reduce], PLAN: planBits(parts) };
    const stepsOf = async (kernel: typeof ACCUMULATE) =>
      bench.layerSteps(await bench.kernel(kernel, constants), { observed, scores });
    const [steps, planned] = await Promise.all([
      stepsOf(ACCUMULATE),
      parts.length > 0 ? stepsOf(PLANNED_ACCUMULATE) : null,
    ]);
    return new WeightSums(bench, observed, steps, planned);
  }

  /** Records it for rows [first, end) of the submission. The rows must be the same in all layers. */
  record(recorder: Recorder, layer: number, first: number, end: number): void {
    const { bench, rows, planned } = this;
    if (rows.first !== first || rows.end !== end) {
      this.rows = { first, end };
      bench.write(this.observed, 0, Uint32Array.of(first, end));
    }
    const { cache } = bench.strategy;
    const steps =
      planned && recorder.position < compressionPoint(cache, bench.parts) ? planned : this.steps;
    const slots = bench.cache.slots + recorder.tokens;
    recorder.run(steps[layer], Math.ceil(slots / 64), bench.config.kvHeads);
  }
}
