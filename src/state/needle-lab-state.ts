import type { HaystackRef } from '../needle/prompt-spec';
import {
  calibrationMark,
  completePlan,
  parseSteps,
  SWEEP_PARAMETERS,
} from '../needle/sweep/check-plan';
import type { SampleId, SampleOutcome, SweepPlan, SweepStrategy } from '../needle/sweep/plan';
import { sweepStrategy } from '../needle/sweep/strategy-title';
import { TASKS } from '../needle/tasks/registry';
import type { TaskChoice } from '../needle/tasks/task';
import type { Calibration } from '../strategies/calibration';
import { presetOf } from '../strategies/presets';
import { completeValues, numberValue, type ParameterValues } from '../strategies/schema';
import { troubleOf } from '../trouble';
import type { ModelInfo } from '../worker/protocol';

/** The next sweep as typed: anything in it may still be wrong. */
export interface SweepDraft {
  task: TaskChoice;
  haystack: HaystackRef;
  /** Numbers with commas or spaces between, like "256, 512". */
  lengths: string;
  depths: string;
  strategies: SweepStrategy[];
  /** Values of `SWEEP_PARAMETERS`: samples and seed. */
  numbers: ParameterValues;
}

/** The sweep on screen. */
export interface ShownSweep {
  id: string;
  plan: SweepPlan;
  /** In the order in which they were done. */
  outcomes: SampleOutcome[];
}

export interface SweepProgress {
  /** Samples, those of earlier goes included. */
  done: number;
  total: number;
  /** When it began or went on, in milliseconds of `performance.now()`, and what was done by then. */
  begunAt: number;
  doneBefore: number;
  /** What is asked now; null before the first. */
  current: SampleId | null;
  /** Stop was pressed, and the sample under way is being given up. */
  stopping: boolean;
}

/** A sweep that this browser keeps. */
export interface StoredSweep {
  id: string;
  plan: SweepPlan;
  /** Samples that have an outcome. */
  done: number;
  /** Milliseconds since 1970. */
  begunAt: number;
}

export interface NeedleLabState {
  draft: SweepDraft;
  sweep: ShownSweep | null;
  /** null: nothing is being swept. */
  progress: SweepProgress | null;
  /** Newest first. */
  stored: StoredSweep[];
}

/** What the page shows at first. */
export function firstNeedleLab(haystack: HaystackRef): NeedleLabState {
  const strategies = ['dense', 'streaming-llm', 'snapkv'].map((id) =>
    sweepStrategy(presetOf(id).choice),
  );
  const { samples, seed } = SWEEP_PARAMETERS;
  return {
    draft: {
      task: { id: TASKS[0].id, values: {} },
      haystack,
      lengths: '256, 512',
      depths: '0, 25, 50, 75, 100',
      strategies,
      numbers: { samples: samples.default, seed: seed.default },
    },
    sweep: null,
    progress: null,
    stored: [],
  };
}

/**
 * The plan of a draft for the loaded model.
 * @throws TroubleError `bad-input` that says what is wrong
 */
export function planOf(
  draft: SweepDraft,
  model: ModelInfo,
  calibration: Calibration | null,
): SweepPlan {
  const numbers = completeValues('sweep', Object.values(SWEEP_PARAMETERS), draft.numbers);
  return completePlan({
    model: sweepModel(model, draft.strategies, calibration),
    haystack: draft.haystack,
    task: draft.task,
    lengths: parseSteps('Lengths', draft.lengths),
    depths: parseSteps('Depths', draft.depths),
    strategies: draft.strategies,
    samples: numberValue(numbers, 'samples'),
    seed: numberValue(numbers, 'seed'),
  });
}

/** Why a draft cannot be swept as it is; null: it can. */
export function draftProblem(
  draft: SweepDraft,
  model: ModelInfo,
  calibration: Calibration | null,
): string | null {
  try {
    planOf(draft, model, calibration);
    return null;
  } catch (error) {
    const { what, advice } = troubleOf(error);
    return `${what} ${advice}`;
  }
}

/** @throws TroubleError `bad-input` where a strategy needs what was not measured */
export function sweepModel(
  { name, parameters, precision }: ModelInfo,
  strategies: SweepStrategy[],
  calibration: Calibration | null,
): SweepPlan['model'] {
  return {
    name,
    parameters,
    precision,
    calibration: calibrationMark(strategies, calibration),
  };
}
