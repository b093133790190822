/** Turns what a caller of `window.needlescope` gave into what the engine takes, with the usual values filled in. */
import { defaultPrompt } from '../needle/default-prompt';
import type { PromptSpec } from '../needle/prompt-spec';
import { taskFrom, taskOf } from '../needle/tasks/registry';
import type { TaskChoice } from '../needle/tasks/task';
import { calibrationFor } from '../strategies/calibration';
import { choiceFrom } from '../strategies/presets';
import { TroubleError } from '../trouble';
import type { ModelInfo, RunRequest, Sampling } from '../worker/protocol';
import type { PromptOptions, RunOptions, StrategyOptions } from './headless-types';

const MAX_TOKENS = 48;
const LARGEST_SEED = 2 ** 32 - 1;

export function promptFrom(options: PromptOptions): PromptSpec {
  const seed = whole('seed', options.seed ?? 0, 0, LARGEST_SEED);
  const usual = defaultPrompt(seed);
  const { text, needle, question, expected } = options;
  const task = taskIn(options);
  // A needle without a question, or the reverse, is meant so; the seed's ones belong together.
  const generated = needle === undefined && question === undefined;
  if (text !== undefined && options.haystack !== undefined) {
    refuse('Both a haystack and a text were given.', 'Give one of them.');
  }
  const texts = task
    ? { needle: '', question: '', expected: '', task }
    : {
        needle: generated ? usual.needle : (needle ?? ''),
        question: generated ? usual.question : (question ?? ''),
        expected: expected ?? (generated ? usual.expected : ''),
      };
  return {
    haystack:
      text === undefined
        ? { id: options.haystack ?? ('id' in usual.haystack ? usual.haystack.id : '') }
        : { text, title: 'text' },
    length: options.length ?? (text === undefined ? usual.length : null),
    depth: options.depth ?? usual.depth,
    ...texts,
    seed,
    ...(options.chat && { chat: true }),
  };
}

function taskIn({ task, setTask, ...others }: PromptOptions): TaskChoice | null {
  if (task === undefined) {
    if (setTask) refuse('There are settings of a task, but no task.', 'Name the task.');
    return null;
  }
  const own = (['needle', 'question', 'expected'] as const).find(
    (name) => others[name] !== undefined,
  );
  if (own)
    refuse(`Both a task and the ${own} were given.`, 'A task brings its own; leave one out.');
  return taskFrom(task, setTask ?? []);
}

/** As many as asked for, else the usual number, and more where a task's answers take more. */
export function maxTokensFrom(options: PromptOptions & Pick<RunOptions, 'maxTokens'>): number {
  const task = taskIn(options);
  const usual = Math.max(MAX_TOKENS, task ? taskOf(task.id).answerTokens(task.values) : 0);
  return whole('maxTokens', options.maxTokens ?? usual, 0, Number.MAX_SAFE_INTEGER);
}

export function idsFrom(
  { ids, context, documents }: Pick<RunOptions, 'ids' | 'context' | 'documents'>,
  model: ModelInfo,
): RunRequest['prompt'] | null {
  if (!ids) return null;
  checkIds(ids, model);
  return {
    ids,
    context: whole('context', context ?? ids.length, 0, ids.length),
    documents: (documents ?? []).map((start) => whole('documents', start, 0, ids.length)),
  };
}

export type RequestedStrategy = Pick<RunRequest, 'strategy' | 'calibration'>;

export function strategyFrom(
  { strategy, set, calibration }: StrategyOptions,
  model: ModelInfo,
): RequestedStrategy {
  return {
    strategy: choiceFrom(strategy ?? 'dense', set ?? []),
    calibration: calibration === undefined ? model.calibration : calibrationFor(calibration, model),
  };
}

export function samplingFrom({ temperature, topK, topP }: RunOptions, seed: number): Sampling {
  const random = topK !== undefined || topP !== undefined;
  return {
    temperature: between('temperature', temperature ?? (random ? 1 : 0), 0, 100),
    topK: whole('topK', topK ?? 0, 0, Number.MAX_SAFE_INTEGER),
    topP: between('topP', topP ?? 1, 0, 1),
    seed,
  };
}

export function checkIds(ids: number[], { vocabSize }: ModelInfo): void {
  if (!Array.isArray(ids) || ids.length === 0) {
    refuse('There are no token ids.', 'Give at least one, as in 0,12,7.');
  }
  for (const [index, id] of ids.entries()) whole(`ids[${index}]`, id, 0, vocabSize - 1);
}

export function range(name: string, value: [number, number], end: number): [number, number] {
  const [from, to] = value;
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || from >= to || to > end) {
    refuse(
      `${name} must be a range from:to within 0:${end}, found ${from}:${to}.`,
      'The end is not included.',
    );
  }
  return [from, to];
}

export function whole(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    refuse(
      `${name} must be a whole number from ${min} to ${max}, found ${value}.`,
      'Change it and try again.',
    );
  }
  return value;
}

export function between(name: string, value: number, min: number, max: number): number {
  if (!(value >= min && value <= max)) {
    refuse(
      `${name} must be a number from ${min} to ${max}, found ${value}.`,
      'Change it and try again.',
    );
  }
  return value;
}

export function refuse(what: string, advice: string): never {
  throw new TroubleError('bad-input', what, advice);
}
