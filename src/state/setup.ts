import type { HaystackRef, PromptSpec } from '../needle/prompt-spec';
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
  /** Values of `PROMPT_PARAMETERS`. */
  numbers: ParameterValues;
  strategy: StrategyChoice;
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
    numbers: {
      length: spec.length ?? PROMPT_PARAMETERS.length.default,
      depth: spec.depth,
      seed: spec.seed,
      maxTokens: PROMPT_PARAMETERS.maxTokens.default,
    },
    strategy: presetOf('dense').choice,
  };
}

/** @throws TroubleError `bad-input` for a number out of range. */
export function promptSpecOf(setup: Setup): PromptSpec {
  const numbers = completeValues('prompt', PROMPT_PARAMETER_LIST, setup.numbers);
  const { haystack, needle, question, expected } = setup;
  const whole = setup.wholeText && 'text' in haystack;
  return {
    haystack,
    length: whole ? null : numberValue(numbers, 'length'),
    depth: numberValue(numbers, 'depth'),
    needle,
    question,
    expected,
    seed: numberValue(numbers, 'seed'),
  };
}

/** @throws TroubleError `bad-input` for a number out of range. */
export function runRequestOf(setup: Setup): RunRequest {
  const prompt = promptSpecOf(setup);
  return {
    prompt,
    strategy: completeChoice(setup.strategy),
    sampling: { temperature: 0, topK: 0, topP: 1, seed: prompt.seed },
    maxTokens: numberValue(setup.numbers, 'maxTokens'),
    inspect: true,
  };
}

/** What is wrong with one value, for the line under its control; null: nothing. */
export function parameterProblem(parameter: Parameter, value: number | string): string | null {
  return problemOf(() => completeValues(parameter.title, [parameter], { [parameter.name]: value }));
}

/** What is wrong with an axis as a whole for this model: a head that it does not have, for example. */
export function axisProblem(
  axis: Axis,
  choice: StrategyChoice,
  model: ModelShape | null,
): string | null {
  return problemOf(() => {
    const entry = entryOf(axis, choice[axis].id);
    const values = completeValues(entry.id, entry.parameters, choice[axis].values);
    if (model) entry.build(values, model);
  });
}

/** Whether every value is one that can be run. */
export function isRunnable(setup: Setup, model: ModelShape | null): boolean {
  const numbersFine =
    problemOf(() => completeValues('prompt', PROMPT_PARAMETER_LIST, setup.numbers)) === null;
  return numbersFine && AXES.every((axis) => axisProblem(axis, setup.strategy, model) === null);
}

/** The preset that a choice equals; a value still being typed may be out of range and equals none. */
export function presetOfChoice(choice: StrategyChoice): Preset | null {
  return AXES.every((axis) => axisProblem(axis, choice, null) === null) ? presetLike(choice) : null;
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
