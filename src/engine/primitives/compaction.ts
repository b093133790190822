import type { Bench } from '../bench';
import type { Recorder, Step } from '../recorder';
import { COMPACT } from './cache-work';

export interface CompactionOptions {
  /** Slots that a head's list can hold. */
  stride: number;
  /** Whether scores move along with their slots. */
  scores: boolean;
}

/** Moves the listed slots of every head to the front: see `shaders/cache/compact.wgsl`. */
export class Compaction {
  private constructor(
    private readonly bench: Bench,
    /** u32[layers * kvHeads, 1 + stride]: how many slots stay, then the slots, ascending. */
    readonly lists: GPUBuffer,
    readonly stride: number,
    private readonly compact: Step,
  ) {}

  static async create(bench: Bench, { stride, scores }: CompactionOptions): Promise<Compaction> {
    const lists = bench.storage('slots that stay', bench.cache.heads * (1 + stride) * 4);
    const compact = await bench.kernel(COMPACT, {
      LIST_STRIDE: stride,
      HAS_SCORES: scores ? 1 : 0,
    });
    return new Compaction(
      bench,
      lists,
      stride,
      bench.step(compact, {
        lists,
        // A kernel must bind what it declares, whether it uses it or not.
        scores: scores ? bench.slotScores() : bench.storage('no scores', 4),
      }),
    );
  }

  record(recorder: Recorder): void {
    recorder.run(this.compact, this.bench.cache.heads);
  }
}
