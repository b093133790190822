import headRowsCode from '../../../shaders/select/head-rows.wgsl?raw';
import jointRowsCode from '../../../shaders/select/joint-rows.wgsl?raw';
import forced from '../../../shaders/shared/forced.wgsl?raw';
import { readWords } from '../../gpu/read-back';
import type { Bench } from '../bench';
import { kernel, SHARED } from '../kernels';
import type { Recorder, Step } from '../recorder';
import { Compaction } from './compaction';
import { DropLog } from './drop-log';
import { Ranking, type RankingRule } from './ranking';
import { MEASURE, SELECT_BITS, SELECT_LIST, SELECTOR_THREADS } from './selectors';

const JOINT_ROWS = kernel('select/joint-rows', jointRowsCode, SHARED.frame, SHARED.pages, forced);
const HEAD_ROWS = kernel('select/head-rows', headRowsCode, SHARED.frame, SHARED.pages, forced);

export interface JointRule extends Omit<RankingRule, 'budgets'> {
  /** Slots that a head keeps on average, the newest `recent` included. */
  budget: number;
  /** Of these, how many every head keeps whatever the others score. */
  safe: number;
}

/**
 * Drops what the KV heads of a layer together rank lowest, each by its own scores; they may keep different
 * numbers of slots. Before, all must hold the same number.
 */
export class JointEviction {
  private constructor(
    private readonly bench: Bench,
    private readonly budget: number,
    private readonly ranking: Ranking,
    private readonly selectSafe: Step,
    private readonly jointRows: Step,
    private readonly selectJoint: Step,
    private readonly headRows: Step,
    private readonly selectLists: Step,
    private readonly compaction: Compaction,
    private readonly log: DropLog,
  ) {}

  static async create(bench: Bench, { budget, safe, ...rule }: JointRule): Promise<JointEviction> {
    const { heads } = bench.cache;
    const { layers, kvHeads } = bench.config;
    const [ranking, compaction] = await Promise.all([
      Ranking.create(bench, { ...rule, budgets: new Uint32Array(heads).fill(safe) }),
      Compaction.create(bench, { stride: bench.capacity, scores: false }),
    ]);
    const { values, sizes, stride } = ranking;
    const own = { VALUE_STRIDE: stride, BITS_STRIDE: Math.ceil(stride / 32) };
    const joint = {
      VALUE_STRIDE: kvHeads * stride,
      BITS_STRIDE: Math.ceil((kvHeads * stride) / 32),
    };
    const selector = { THREADS: SELECTOR_THREADS, MEASURE: MEASURE.count, BITS_START: 0 };
    const [selectSafe, jointRows, selectJoint, headRows, selectLists, log] = await Promise.all([
      bench.kernel(SELECT_BITS, { ...selector, ...own }),
      bench.kernel(JOINT_ROWS, own),
      bench.kernel(SELECT_BITS, { ...selector, ...joint }),
      bench.kernel(HEAD_ROWS, { ...joint, VALUE_STRIDE: stride }),
      bench.kernel(SELECT_LIST, { ...selector, ...own, LIST_STRIDE: compaction.stride }),
      DropLog.create(bench, compaction, { values, stride, alone: true }),
    ]);
    const safeBits = bench.storage('safe slots', heads * own.BITS_STRIDE * 4);
    const jointValues = bench.storage('ranked slots of a layer', layers * joint.VALUE_STRIDE * 4);
    const jointSizes = bench.storage('sizes of joint rows', layers * 8);
    const chosen = bench.storage('chosen slots', layers * joint.BITS_STRIDE * 4);
    // A log reads the ranking after the choice.
    const rows = bench.inspection ? bench.storage('chosen rows', heads * stride * 4) : values;
    const sizesOf = { recent: rule.recent, kept: budget - rule.recent };
    const uniform = { joint: bench.uniform(JOINT_ROWS, 'Joint', sizesOf) };
    return new JointEviction(
      bench,
      budget,
      ranking,
      bench.step(selectSafe, { values, sizes, bits: safeBits }),
      bench.step(jointRows, {
        ...uniform,
        values,
        safe: safeBits,
        joint_values: jointValues,
        joint_sizes: jointSizes,
      }),
      bench.step(selectJoint, { values: jointValues, sizes: jointSizes, bits: chosen }),
      bench.step(headRows, { ...uniform, chosen, values: rows, sizes }),
      bench.step(selectLists, { values: rows, sizes, lists: compaction.lists }),
      compaction,
      log,
    );
  }

  record(recorder: Recorder): void {
    const { heads, slots } = this.bench.cache;
    const { layers } = this.bench.config;
    if (slots <= this.budget) return;
    this.ranking.record(recorder);
    recorder.run(this.selectSafe, heads);
    recorder.run(this.jointRows, Math.ceil(slots / 64), heads);
    recorder.run(this.selectJoint, layers);
    recorder.run(this.headRows, Math.ceil(slots / 64), heads);
    recorder.run(this.selectLists, heads);
    this.log.record(recorder);
    this.compaction.record(recorder);
  }

  /** Slots that are left of those held; only the GPU knows how the heads shared them. */
  async left(held: Uint32Array): Promise<Uint32Array> {
    if (held[0] <= this.budget) return held;
    const { lists, stride } = this.compaction;
    const counts = Array.from(held, (_, head) => head * (1 + stride));
    return readWords(this.bench.model.device, lists, counts);
  }
}
