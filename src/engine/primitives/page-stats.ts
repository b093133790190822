import pageStatsCode from '../../../shaders/cache/page-stats.wgsl?raw';
import type { Bench } from '../bench';
import { kernel, PAGE_SLOTS, SHARED } from '../kernels';
import type { Recorder, Step } from '../recorder';

export const PAGE_STATS = kernel('cache/page-stats', pageStatsCode, SHARED.frame, SHARED.pages);

/**
 * Statistics of the keys of every page of 16 slots, see `shaders/cache/page-stats.wgsl`. Pages are counted in
 * their head, so statistics hold until entries move.
 */
export class PageStats {
  private constructor(
    private readonly bench: Bench,
    /** f32[layers, kvHeads, STATS_STRIDE, KINDS, headDim]. */
    readonly buffer: GPUBuffer,
    /** What a kernel must know to read them. */
    readonly constants: { STATS_STRIDE: number; KINDS: 2 | 3 },
    private readonly steps: Step[],
  ) {}

  /** @param kinds 2: minimum and maximum; 3: and mean */
  static async create(bench: Bench, kinds: 2 | 3): Promise<PageStats> {
    const constants = { STATS_STRIDE: Math.ceil(bench.capacity / PAGE_SLOTS), KINDS: kinds };
    const numbers = bench.cache.heads * constants.STATS_STRIDE * kinds * bench.config.headDim;
    const stats = bench.storage('page statistics', numbers * 4);
    const steps = bench.layerSteps(await bench.kernel(PAGE_STATS, constants), { stats });
    return new PageStats(bench, stats, constants, steps);
  }

  /** Records them for all pages; in a submission without tokens. */
  rebuild(recorder: Recorder): void {
    const pages = Math.ceil(this.bench.cache.slots / PAGE_SLOTS);
    for (const step of this.steps) recorder.run(step, pages, this.bench.config.kvHeads);
  }

  /** Records them for the pages of a layer that new entries came to. */
  update(recorder: Recorder, layer: number): void {
    const pages = Math.ceil((recorder.tokens - 1) / PAGE_SLOTS) + 1;
    recorder.run(this.steps[layer], pages, this.bench.config.kvHeads);
  }
}
