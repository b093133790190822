import type { Bench } from '../bench';
import type { Recorder, Step } from '../recorder';
import { Compaction } from './compaction';
import { DropLog } from './drop-log';
import { Ranking, type RankingRule } from './ranking';
import { MEASURE, SELECT_LIST, SELECTOR_THREADS } from './selectors';

/** Drops what every layer's KV head ranks lowest by the scores of its slots. */
export class Eviction {
  private constructor(
    private readonly bench: Bench,
    private readonly budgets: Uint32Array,
    private readonly ranking: Ranking,
    private readonly select: Step,
    readonly compaction: Compaction,
    private readonly log: DropLog,
  ) {}

  static async create(bench: Bench, rule: RankingRule): Promise<Eviction> {
    const stride = Math.min(bench.capacity, Math.max(...rule.budgets));
    const [ranking, compaction] = await Promise.all([
      Ranking.create(bench, rule),
      Compaction.create(bench, { stride, scores: true }),
    ]);
    const { values, sizes } = ranking;
    const [pipeline, log] = await Promise.all([
      bench.kernel(SELECT_LIST, {
        THREADS: SELECTOR_THREADS,
        MEASURE: MEASURE.count,
        VALUE_STRIDE: ranking.stride,
        LIST_STRIDE: stride,
      }),
      DropLog.create(bench, compaction, { values, stride: ranking.stride, alone: true }),
    ]);
    const select = bench.step(pipeline, { values, sizes, lists: compaction.lists });
    return new Eviction(bench, rule.budgets, ranking, select, compaction, log);
  }

  /** Whether some head holds more than it may. */
  isDue({ tokens }: Recorder): boolean {
    return this.bench.cache.filled.some((slots, head) => slots + tokens > this.budgets[head]);
  }

  record(recorder: Recorder): void {
    if (!this.isDue(recorder)) return;
    this.choose(recorder);
    this.drop(recorder);
  }

  /** Lists what stays. */
  choose(recorder: Recorder): void {
    this.ranking.record(recorder);
    recorder.run(this.select, this.bench.cache.heads);
  }

  /** Drops what is not listed. */
  drop(recorder: Recorder): void {
    this.log.record(recorder);
    this.compaction.record(recorder);
  }

  /** Slots that are left of those held. */
  left(held: Uint32Array): Uint32Array {
    return held.map((slots, head) => Math.min(slots, this.budgets[head]));
  }
}
