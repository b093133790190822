import type { HaystackRef, PromptSpec } from '../needle/prompt-spec';
import { completeTask } from '../needle/tasks/registry';
import type { TaskChoice } from '../needle/tasks/task';
import {
  CALIBRATION_TITLES,
  type Calibration,
  type CalibrationKind,
  holdsKind,
} from '../strategies/calibration';
import { conflictAt } from '../strategies/conflicts';
import { type Preset, presetLike, presetOf } from '../strategies/presets';
import { completeChoice, entryOf, type StrategyChoice } from '../strategies/registry';
import {
  AXES,
  type Axis,
  completeValues,
  type ModelShape,
  type NumberParameter,
  numberValue,
  type Parameter,
  type ParameterValues,
} from '../strategies/schema';
import { troubleOf } from '../trouble';
import type { RunRequest } from '../worker/protocol';

/** Everything that a person chose for a run, as typed: numbers may still be out of range. */
export interface Setup {
  haystack: HaystackRef;
  /** Own text is read to its end instead of being cut to the length. */
  wholeText: boolean;
  needle: string;
  question: string;
  expected: string;
  /** What the seed hides and asks, instead of needle, question and expected; null: those. */
  task: TaskChoice | null;
  /** Text and question go through the model's chat template. */
  chat: boolean;
  /** Values of `PROMPT_PARAMETERS`. */
  numbers: ParameterValues;
  strategy: StrategyChoice;
  /** What the run is compared with; null: nothing. */
  compared: StrategyChoice | null;
}

/** The numbers of a prompt, described like a strategy's parameters so that the same controls serve both. */
export const PROMPT_PARAMETERS = {
  length: {
    kind: 'integer',
    name: 'length',
    title: 'Length',
    unit: 'tokens',
    min: 32,
    max: 131072,
    step: 1,
    default: 512,
    meaning: 'The whole prompt: first token, haystack, needle and question.',
  },
  depth: {
    kind: 'number',
    name: 'depth',
    title: 'Needle depth',
    unit: '%',
    min: 0,
    max: 100,
    step: 1,
    default: 50,
    meaning: '0 % puts the needle at the start of the haystack, 100 % at its end.',
  },
  seed: {
    kind: 'integer',
    name: 'seed',
    title: 'Seed',
    unit: '',
    min: 0,
    max: 4294967295,
    step: 1,
    default: 1,
    meaning: 'Chooses the excerpt of the haystack and, with “new needle”, the fact to hide.',
  },
  maxTokens: {
    kind: 'integer',
    name: 'maxTokens',
    title: 'Answer at most',
    unit: 'tokens',
    min: 0,
    max: 1024,
    step: 1,
    default: 24,
    meaning: 'Generation stops here if the model has not ended its answer before.',
  },
} as const satisfies Record<string, NumberParameter>;

const PROMPT_PARAMETER_LIST: Parameter[] = Object.values(PROMPT_PARAMETERS);

/** The setup that a fresh page shows, for a prompt's defaults. */
export function setupFrom(spec: PromptSpec): Setup {
  return {
    haystack: spec.haystack,
    wholeText: spec.length === null,
    needle: spec.needle,
    question: spec.question,
    expected: spec.expected,
    task: spec.task ?? null,
    chat: spec.chat ?? false,
    numbers: {
      length: spec.length ?? PROMPT_PARAMETERS.length.default,
      depth: spec.depth,
      seed: spec.seed,
      maxTokens: PROMPT_PARAMETERS.maxTokens.default,
    },
    strategy: presetOf('dense').choice,
    compared: null,
  };
}

/** @throws TroubleError `bad-input` for a number out of range. */
export function promptSpecOf(setup: Setup): PromptSpec {
  const numbers = completeValues('prompt', PROMPT_PARAMETER_LIST, setup.numbers);
  const { haystack, needle, question, expected, task, chat } = setup;
  const whole = setup.wholeText && 'text' in haystack;
  return {
    haystack,
    length: whole ? null : numberValue(numbers, 'length'),
    depth: numberValue(numbers, 'depth'),
    needle,
    question,
    expected,
    seed: numberValue(numbers, 'seed'),
    ...(task && { task }),
    ...(chat && { chat }),
  };
}

/** @throws TroubleError `bad-input` for a number out of range. */
export function runRequestOf(setup: Setup, calibration: Calibration | null): RunRequest {
  const prompt = promptSpecOf(setup);
  return {
    prompt,
    strategy: completeChoice(setup.strategy),
    calibration,
    sampling: { temperature: 0, topK: 0, topP: 1, seed: prompt.seed },
    maxTokens: numberValue(setup.numbers, 'maxTokens'),
    inspect: true,
  };
}

/** What is wrong with one value, for the line under its control; null: nothing. */
export function parameterProblem(parameter: Parameter, value: number | string): string | null {
  return problemOf(() => completeValues(parameter.title, [parameter], { [parameter.name]: value }));
}

/** What is wrong with a prompt's numbers or its task; null: nothing. */
export function promptProblem({ numbers, task }: Setup): string | null {
  return problemOf(() => {
    completeValues('prompt', PROMPT_PARAMETER_LIST, numbers);
    if (task) completeTask(task);
  });
}

/**
 * What is wrong with an axis as a whole: a conflict with another axis, or, for example, a head that the model
 * does not have. A calibration that is only missing is no problem of the choice; see `missingCalibration`.
 */
export function axisProblem(
  axis: Axis,
  choice: StrategyChoice,
  model: ModelShape | null,
  calibration: Calibration | null,
): string | null {
  const conflict = conflictProblem(axis, choice);
  if (conflict !== null) return conflict;
  return problemOf(() => {
    const entry = entryOf(axis, choice[axis].id);
    const values = completeValues(entry.id, entry.parameters, choice[axis].values);
    const missing = missingCalibration(axis, choice, calibration);
    if (model && !missing) entry.build(values, model, calibration);
  });
}

/** What must be measured on the model before an axis can run, or null. */
export function missingCalibration(
  axis: Axis,
  choice: StrategyChoice,
  calibration: Calibration | null,
): CalibrationKind | null {
  const kind = entryOf(axis, choice[axis].id).calibration;
  return kind !== undefined && !holdsKind(calibration, kind) ? kind : null;
}

/** Why a setup cannot be run as it is; null: it can. */
export function runProblem(
  setup: Setup,
  model: ModelShape | null,
  calibration: Calibration | null,
): string | null {
  const problem = promptProblem(setup);
  if (problem !== null) return problem;
  for (const axis of AXES) {
    const wrong = axisProblem(axis, setup.strategy, model, calibration);
    if (wrong !== null) return wrong;
    const kind = missingCalibration(axis, setup.strategy, calibration);
    if (kind === null) continue;
    const { title } = entryOf(axis, setup.strategy[axis].id);
    return `${title} needs ${CALIBRATION_TITLES[kind]} of this model. Press Calibrate.`;
  }
  return null;
}

/** The preset that a choice equals; a value still being typed may be out of range and equals none. */
export function presetOfChoice(choice: StrategyChoice): Preset | null {
  return isComplete(choice) ? presetLike(choice) : null;
}

/** A choice with another entry or other values on one axis; values that are not given are the entry's defaults. */
export function withAxis(
  choice: StrategyChoice,
  axis: Axis,
  id: string,
  values: ParameterValues,
): StrategyChoice {
  const complete: ParameterValues = {};
  for (const { name, default: usual } of entryOf(axis, id).parameters) complete[name] = usual;
  return { ...choice, [axis]: { id, values: { ...complete, ...values } } };
}

/** While a value of another axis is wrong, that is what has to be changed first. */
function conflictProblem(axis: Axis, choice: StrategyChoice): string | null {
  return isComplete(choice) ? conflictAt(axis, completeChoice(choice)) : null;
}

function isComplete(choice: StrategyChoice): boolean {
  return problemOf(() => completeChoice(choice)) === null;
}

function problemOf(check: () => unknown): string | null {
  try {
    check();
    return null;
  } catch (error) {
    const { what, advice } = troubleOf(error);
    return `${what} ${advice}`;
  }
}
