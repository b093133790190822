import type { Bench } from '../bench';
import { keepLosses } from '../inspection';
import type { Recorder, Step } from '../recorder';
import { LOWEST_KEPT, MARK_DROPPED } from './cache-work';
import type { Compaction } from './compaction';

/** By what a compaction's lists were chosen. */
export interface DropRanks {
  /** f32[layers * kvHeads, stride], by slot; what is dropped must still be in it. */
  values: GPUBuffer;
  stride: number;
  /** Whether slots that stay, other than forced ones, stay for their values alone. */
  alone: boolean;
}

/**
 * Notes for the inspection store what a compaction is about to drop, when, and by which score. Where nobody
 * inspects, it records nothing.
 */
export class DropLog {
  private constructor(
    private readonly bench: Bench,
    private readonly mark: Step | null,
    private readonly lowest: Step | null,
  ) {}

  /** @param ranks null: what leaves is chosen by another rule than scores */
  static async create(
    bench: Bench,
    { lists, stride }: Compaction,
    ranks: DropRanks | null,
  ): Promise<DropLog> {
    const { inspection } = bench;
    if (!inspection) return new DropLog(bench, null, null);
    const constants = { LIST_STRIDE: stride, VALUE_STRIDE: ranks?.stride ?? 0 };
    const [mark, lowest] = await Promise.all([
      bench.kernel(MARK_DROPPED, { ...constants, RANKED: ranks ? 1 : 0 }),
      ranks?.alone ? bench.kernel(LOWEST_KEPT, constants) : null,
    ]);
    const losses = ranks && keepLosses(inspection, bench);
    const shared = { store: inspection.store, lists };
    return new DropLog(
      bench,
      bench.step(mark, {
        ...shared,
        evicted_at: inspection.evictedAt,
        // A kernel must bind what it declares, whether it uses it or not.
        values: ranks?.values ?? bench.storage('no ranks', 4),
        lost_scores: losses?.scores ?? bench.storage('no scores', 4),
      }),
      ranks && losses && lowest
        ? bench.step(lowest, { ...shared, values: ranks.values, lowest_kept: losses.lowestKept })
        : null,
    );
  }

  /** Before the compaction moves anything. */
  record(recorder: Recorder): void {
    const { heads, slots } = this.bench.cache;
    if (this.lowest) recorder.run(this.lowest, heads);
    if (this.mark) recorder.run(this.mark, Math.ceil((slots + recorder.tokens) / 64), heads);
  }
}
