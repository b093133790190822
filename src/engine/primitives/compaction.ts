import type { Bench } from '../bench';
import type { Recorder, Step } from '../recorder';
import { COMPACT, MARK_DROPPED } from './cache-work';

export interface CompactionOptions {
  /** Slots that a head's list can hold. */
  stride: number;
  /** Whether scores move along with their slots. */
  scores: boolean;
  /** Whether what leaves the pages is gone for good, which an inspection store must know. */
  drops: boolean;
}

/** Moves the listed slots of every head to the front: see `shaders/cache/compact.wgsl`. */
export class Compaction {
  private constructor(
    private readonly bench: Bench,
    /** u32[layers * kvHeads, 1 + stride]: how many slots stay, then the slots, ascending. */
    readonly lists: GPUBuffer,
    readonly stride: number,
    private readonly markDropped: Step | null,
    private readonly compact: Step,
  ) {}

  static async create(bench: Bench, options: CompactionOptions): Promise<Compaction> {
    const { stride, scores, drops } = options;
    const { inspection } = bench;
    const lists = bench.storage('slots that stay', bench.cache.heads * (1 + stride) * 4);
    const constants = { LIST_STRIDE: stride, HAS_SCORES: scores ? 1 : 0 };
    const [compact, markDropped] = await Promise.all([
      bench.kernel(COMPACT, constants),
      drops && inspection ? bench.kernel(MARK_DROPPED, constants) : null,
    ]);
    return new Compaction(
      bench,
      lists,
      stride,
      markDropped && inspection
        ? bench.step(markDropped, {
            store: inspection.store,
            lists,
            evicted_at: inspection.evictedAt,
          })
        : null,
      bench.step(compact, {
        lists,
        // A kernel must bind what it declares, whether it uses it or not.
        scores: scores ? bench.slotScores() : bench.storage('no scores', 4),
      }),
    );
  }

  record(recorder: Recorder): void {
    const { heads, slots } = this.bench.cache;
    if (this.markDropped) {
      recorder.run(this.markDropped, Math.ceil((slots + recorder.tokens) / 64), heads);
    }
    recorder.run(this.compact, heads);
  }
}
