import type { Bench } from '../bench';
import type { Recorder, Step } from '../recorder';
import { DROP_RANGE } from './cache-work';
import type { Compaction } from './compaction';
import { DropLog } from './drop-log';

/** Takes one range of slots out of each head. */
export class RangeDrop {
  private constructor(
    private readonly bench: Bench,
    private readonly ranges: GPUBuffer,
    private readonly list: Step,
    private readonly compaction: Compaction,
    private readonly log: DropLog | null,
  ) {}

  /** @param drops whether what leaves the pages is gone for good, which an inspection store must know */
  static async create(
    bench: Bench,
    compaction: Compaction,
    { drops }: { drops: boolean },
  ): Promise<RangeDrop> {
    const { lists, stride } = compaction;
    const [pipeline, log] = await Promise.all([
      bench.kernel(DROP_RANGE, { LIST_STRIDE: stride }),
      drops ? DropLog.create(bench, compaction, null) : null,
    ]);
    const ranges = bench.storage('slots that leave', bench.cache.heads * 8);
    return new RangeDrop(bench, ranges, bench.step(pipeline, { ranges, lists }), compaction, log);
  }

  /** @param rangeOf first slot that leaves of a head, and the first after it that stays */
  record(recorder: Recorder, rangeOf: (head: number) => [first: number, end: number]): void {
    const { heads, slots } = this.bench.cache;
    const ranges = Array.from({ length: heads }, (_, head) => rangeOf(head));
    this.bench.write(this.ranges, 0, Uint32Array.from(ranges.flat()));
    recorder.run(this.list, Math.ceil((slots + recorder.tokens) / 64), heads);
    this.log?.record(recorder);
    this.compaction.record(recorder);
  }
}
