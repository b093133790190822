import { completeValues } from '../../strategies/schema';
import { TroubleError } from '../../trouble';
import { createRandom, seedOf } from '../random';
import { conditional } from './conditional';
import { multiKey } from './multi-key';
import { multiThreading } from './multi-threading';
import { severalNeedles } from './several-needles';
import { singleNeedle } from './single-needle';
import type { Task, TaskChoice, TaskInstance } from './task';
import { threading } from './threading';
import { variableTracking } from './variable-tracking';

/** Every task that exists. Adding one means adding its file and its line here. */
export const TASKS: Task[] = [
  singleNeedle,
  severalNeedles,
  multiKey,
  conditional,
  threading,
  multiThreading,
  variableTracking,
];

/** @throws TroubleError `bad-input` that lists the ids that exist. */
export function taskOf(id: string): Task {
  const task = TASKS.find((candidate) => candidate.id === id);
  if (!task) {
    const ids = TASKS.map((candidate) => candidate.id).join(', ');
    throw new TroubleError('bad-input', `There is no task "${id}".`, `There are: ${ids}.`);
  }
  return task;
}

/** The same choice with every parameter present and checked. */
export function completeTask({ id, values }: TaskChoice): TaskChoice {
  return { id, values: completeValues(id, taskOf(id).parameters, values) };
}

/**
 * A task with settings like `needles=4`.
 * @throws TroubleError `bad-input` for a task, parameter or value that does not exist.
 */
export function taskFrom(id: string, settings: string[]): TaskChoice {
  const values: TaskChoice['values'] = {};
  for (const setting of settings) {
    const split = setting.indexOf('=');
    if (split < 1) {
      throw new TroubleError(
        'bad-input',
        `The setting "${setting}" of the task is not of the form name=value.`,
        'Example: needles=4.',
      );
    }
    values[setting.slice(0, split)] = setting.slice(split + 1);
  }
  return completeTask({ id, values });
}

/** The settings that differ from the defaults, as `taskFrom` reads them. */
export function settingsOfTask({ id, values }: TaskChoice): string[] {
  return taskOf(id)
    .parameters.filter(({ name, default: usual }) => (values[name] ?? usual) !== usual)
    .map(({ name }) => `${name}=${values[name]}`);
}

/** What a seed makes of a task: always the same. */
export function makeTask(choice: TaskChoice, seed: number, depth: number): TaskInstance {
  const { id, values } = completeTask(choice);
  // A stream of its own: the excerpt of the haystack is drawn from the same seed.
  return taskOf(id).make(values, createRandom(seedOf('task', id, seed)), depth);
}

/** The same for a reader: the facts asked for, the question, and the values of a right answer. */
export function taskTexts(
  choice: TaskChoice,
  seed: number,
  depth: number,
): { needle: string; question: string; expected: string } {
  const { facts, question, expected } = makeTask(choice, seed, depth);
  const asked = facts.filter((fact) => fact.asked);
  return {
    needle: asked.map(({ text }) => text).join(' '),
    question,
    expected: expected.join(', '),
  };
}
