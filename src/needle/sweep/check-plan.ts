import { type Calibration, holdsKind, partOf } from '../../strategies/calibration';
import { neededCalibrations } from '../../strategies/needed-calibrations';
import { completeChoice } from '../../strategies/registry';
import { completeValues, type NumberParameter, numberValue } from '../../strategies/schema';
import { TroubleError } from '../../trouble';
import { seedOf } from '../random';
import { completeTask, taskOf } from '../tasks/registry';
import type { SweepPlan, SweepStrategy } from './plan';

/** The numbers of a sweep, described like a strategy's parameters so that the same controls serve both. */
export const SWEEP_PARAMETERS = {
  samples: {
    kind: 'integer',
    name: 'samples',
    title: 'Samples',
    unit: 'a cell',
    min: 1,
    max: 1000,
    step: 1,
    default: 3,
    meaning:
      'Prompts in each cell, each with an excerpt and needles of its own: more make the interval narrower.',
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
    meaning: 'Another seed gives other prompts; the same seed the same ones, whatever the grid.',
  },
} as const satisfies Record<string, NumberParameter>;

const MOST_STEPS = 101;
const LONGEST = 131_072;

/** A plan as it is asked for: anything in it may be wrong. */
export type WishedPlan = Omit<SweepPlan, 'maxTokens'> & {
  /** Absent: as many as a right answer takes. */
  maxTokens?: number;
};

/**
 * The same plan with every value checked, lengths and depths ascending and each once.
 * @throws TroubleError `bad-input`. Strategies that exclude each other's axes, or prompts that are too long for
 *   their needles, are no fault of the plan: their samples say so.
 */
export function completePlan(wished: WishedPlan): SweepPlan {
  const { model, haystack, samples, seed } = wished;
  const numbers = completeValues('sweep', Object.values(SWEEP_PARAMETERS), { samples, seed });
  const task = completeTask(wished.task);
  if (wished.strategies.length === 0) {
    refuse('The sweep has no strategy.', 'Add at least one, for example dense.');
  }
  const strategies = wished.strategies.map(({ title, choice }) => ({
    title,
    choice: completeChoice(choice),
  }));
  const twice = strategies.find(
    ({ choice }, i) =>
      strategies.findIndex((other) => JSON.stringify(other.choice) === JSON.stringify(choice)) < i,
  );
  if (twice) refuse(`The strategy “${twice.title}” is there twice.`, 'Leave one of them out.');
  return {
    model,
    haystack,
    task,
    lengths: steps('lengths', wished.lengths, 1, LONGEST, true),
    depths: steps('depths', wished.depths, 0, 100, false),
    strategies,
    samples: numberValue(numbers, 'samples'),
    seed: numberValue(numbers, 'seed'),
    maxTokens: wished.maxTokens ?? taskOf(task.id).answerTokens(task.values),
  };
}

/** Numbers with commas or white space between, as typed. */
export function parseSteps(name: string, text: string): number[] {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  return words.map((word) => {
    const value = Number(word);
    if (Number.isFinite(value)) return value;
    return refuse(
      `${name} must be numbers with commas between, found "${word}".`,
      'Example: 0, 50.',
    );
  });
}

/** The same plan gets the same name everywhere. More samples do not make another sweep: those before stay. */
export function planId(plan: SweepPlan): string {
  const text = JSON.stringify({ ...plan, samples: 0 });
  return [seedOf('sweep', text), seedOf(text, 'plan')]
    .map((part) => part.toString(16).padStart(8, '0'))
    .join('');
}

/** Why two plans are not the same sweep, in one sentence; null: they are. */
export function differenceOf(a: SweepPlan, b: SweepPlan): string | null {
  const parts: [name: string, of: (plan: SweepPlan) => string][] = [
    ['model', ({ model }) => `${model.name}, ${model.parameters} parameters`],
    ['precision', ({ model }) => model.precision],
    ['calibration', ({ model }) => model.calibration ?? 'none'],
    ['haystack', ({ haystack }) => ('id' in haystack ? haystack.id : haystack.title)],
    [
      'text of the haystack',
      ({ haystack }) => ('id' in haystack ? '' : String(seedOf(haystack.text))),
    ],
    ['task', ({ task }) => `${task.id} ${JSON.stringify(task.values)}`],
    ['lengths', ({ lengths }) => lengths.join(', ')],
    ['depths', ({ depths }) => depths.join(', ')],
    ['strategies', ({ strategies }) => strategies.map(({ title }) => title).join('; ')],
    [
      'settings of the strategies',
      ({ strategies }) => JSON.stringify(strategies.map(({ choice }) => choice)),
    ],
    ['seed', ({ seed }) => String(seed)],
    ['longest answer', ({ maxTokens }) => `${maxTokens} tokens`],
  ];
  for (const [name, of] of parts) {
    if (of(a) !== of(b)) return `They differ in ${name}: ${of(a)} and ${of(b)}.`;
  }
  return null;
}

/**
 * Fingerprint of what the strategies take from a calibration; null: they take nothing.
 * @throws TroubleError `bad-input` where one needs what was not measured
 */
export function calibrationMark(
  strategies: SweepStrategy[],
  calibration: Calibration | null,
): string | null {
  const kinds = new Set(strategies.flatMap(({ choice }) => neededCalibrations(choice)));
  if (kinds.size === 0) return null;
  for (const kind of kinds) {
    if (holdsKind(calibration, kind)) continue;
    const { title } =
      strategies.find(({ choice }) => neededCalibrations(choice).includes(kind)) ?? strategies[0];
    refuse(
      `${title} needs a calibration of this model, which was not made yet.`,
      'Calibrate the model, or leave this strategy out.',
    );
  }
  const used = [...kinds].sort().map((kind) => partOf(calibration, kind));
  return seedOf(JSON.stringify(used)).toString(16).padStart(8, '0');
}

function steps(name: string, values: number[], min: number, max: number, whole: boolean): number[] {
  const kind = whole ? 'whole numbers' : 'numbers';
  const wrong = values.find(
    (value) => !(value >= min && value <= max) || (whole && !Number.isInteger(value)),
  );
  if (wrong !== undefined) {
    refuse(`The ${name} must be ${kind} from ${min} to ${max}, found ${wrong}.`, 'Change it.');
  }
  const ascending = [...new Set(values)].sort((a, b) => a - b);
  if (ascending.length === 0 || ascending.length > MOST_STEPS) {
    refuse(
      `A sweep takes 1 to ${MOST_STEPS} ${name}, found ${ascending.length}.`,
      'Example: 256, 512.',
    );
  }
  return ascending;
}

function refuse(what: string, advice: string): never {
  throw new TroubleError('bad-input', what, advice);
}
