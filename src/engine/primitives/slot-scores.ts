/** Scores of a token's queries against all slots, the heads' votes made of them, and when they are worth it. */
import driftCode from '../../../shaders/select/drift.wgsl?raw';
import scoreSumsCode from '../../../shaders/select/score-sums.wgsl?raw';
import slotScoresCode from '../../../shaders/select/slot-scores.wgsl?raw';
import votesCode from '../../../shaders/select/votes.wgsl?raw';
import forced from '../../../shaders/shared/forced.wgsl?raw';
import type { Bench } from '../bench';
import { kernel, SHARED } from '../kernels';
import type { Recorder, Step } from '../recorder';
import { SELECTOR_THREADS } from './selectors';

const { frame, pages, reduce, rope } = SHARED;

export const SLOT_SCORES = kernel('select/slot-scores', slotScoresCode, frame, rope, pages, forced);
export const SCORE_SUMS = kernel('select/score-sums', scoreSumsCode, frame, pages, reduce, forced);
export const VOTES = kernel('select/votes', votesCode, frame, pages, forced);
export const DRIFT = kernel('select/drift', driftCode, frame, pages, reduce);

/** A gate that is always open: something is chosen every time. */
export function openGate(bench: Bench): GPUBuffer {
  return bench.stored('open gate', Uint32Array.of(1));
}

/** Opens when the layer's query has moved away from the one that was last chosen by. */
export class DriftGate {
  private constructor(
    /** u32: 1 open, 0 closed; of the layer recorded last. */
    readonly gate: GPUBuffer,
    private readonly steps: Step[],
  ) {}

  /**
   * @param threshold cosine below which the gate opens
   * @param sumHeads whether the sum of the heads' queries is compared, instead of all of them in a row
   */
  static async create(bench: Bench, threshold: number, sumHeads: boolean): Promise<DriftGate> {
    const { heads, headDim } = bench.config;
    const gate = bench.storage('gate', 4);
    const pipeline = await bench.kernel(DRIFT, { SUM_HEADS: sumHeads ? 1 : 0 });
    const drift = bench.uniform(DRIFT, 'Drift', { threshold });
    const steps = bench.layerSteps(pipeline, () => ({
      drift,
      gate,
      last: bench.storage('query of the last choice', (1 + (sumHeads ? 1 : heads) * headDim) * 4),
    }));
    return new DriftGate(gate, steps);
  }

  record(recorder: Recorder, layer: number): void {
    recorder.run(this.steps[layer], 1);
  }
}

export interface SlotScoresOptions {
  gate: GPUBuffer;
  /** Slots that a selector is to take of each head's row. */
  take: number;
  /** Not 0: unrotated keys count as if they stood so many positions before the query. */
  distance: number;
}

/** See `shaders/select/slot-scores.wgsl`. */
export class SlotScores {
  private constructor(
    private readonly bench: Bench,
    readonly gate: GPUBuffer,
    /** f32[heads, stride], and u32[heads, 2] for a selector. */
    readonly scores: GPUBuffer,
    readonly sizes: GPUBuffer,
    readonly stride: number,
    private readonly steps: Step[],
  ) {}

  static async create(bench: Bench, options: SlotScoresOptions): Promise<SlotScores> {
    const { gate, take, distance } = options;
    const { heads } = bench.config;
    const stride = bench.capacity;
    const scores = bench.storage('scores of slots', heads * stride * 4);
    const sizes = bench.storage('sizes of score rows', heads * 8);
    const pipeline = await bench.kernel(SLOT_SCORES, {
      VALUE_STRIDE: stride,
      TAKE: take,
      DISTANCE: distance,
    });
    const steps = bench.layerSteps(pipeline, { gate, scores, sizes });
    return new SlotScores(bench, gate, scores, sizes, stride, steps);
  }

  record(recorder: Recorder, layer: number): void {
    const slots = this.bench.cache.slots + recorder.tokens;
    recorder.run(this.steps[layer], Math.ceil(slots / 64), this.bench.config.heads);
  }
}

export interface VotesOptions {
  /** Query heads that vote together. */
  group: number;
  /** First slots, which are forced, and newest slots, which are left out. */
  sinks: number;
  recent: number;
  /** Slots that a selector is to take, the forced ones included. */
  take: number;
}

/** Sums of the heads' weights, see `shaders/select/votes.wgsl`. */
export class Votes {
  private constructor(
    private readonly bench: Bench,
    /** f32[heads / group, stride] by layer, and u32[heads / group, 2] for a selector. */
    readonly values: GPUBuffer[],
    readonly sizes: GPUBuffer,
    private readonly rows: number,
    private readonly scores: SlotScores,
    private readonly sumSteps: Step[],
    private readonly voteSteps: Step[],
  ) {}

  static async create(bench: Bench, scores: SlotScores, options: VotesOptions): Promise<Votes> {
    const { group, sinks, recent, take } = options;
    const { heads, layers } = bench.config;
    const { gate, stride } = scores;
    const rows = heads / group;
    const sums = bench.storage('sums of scores', heads * 8);
    const sizes = bench.storage('sizes of vote rows', rows * 8);
    const values = Array.from({ length: layers }, () => bench.storage('votes', rows * stride * 4));
    const constants = { VALUE_STRIDE: stride, SINKS: sinks, RECENT: recent };
    const [sumPipeline, votePipeline] = await Promise.all([
      bench.kernel(SCORE_SUMS, { ...constants, THREADS: SELECTOR_THREADS }),
      bench.kernel(VOTES, { ...constants, LIST_GROUP: group, TAKE: take }),
    ]);
    const bound = { gate, scores: scores.scores, sums };
    return new Votes(
      bench,
      values,
      sizes,
      rows,
      scores,
      bench.layerSteps(sumPipeline, bound),
      bench.layerSteps(votePipeline, (layer) => ({ ...bound, values: values[layer], sizes })),
    );
  }

  /** Records the scores, and the votes made of them. */
  record(recorder: Recorder, layer: number): void {
    const { bench } = this;
    this.scores.record(recorder, layer);
    recorder.run(this.sumSteps[layer], bench.config.heads);
    const slots = bench.cache.slots + recorder.tokens;
    recorder.run(this.voteSteps[layer], Math.ceil(slots / 64), this.rows);
  }
}
