import type { PassageSpec } from '../needle/passage';
import type { HaystackRef } from '../needle/prompt-spec';
import type { SweepStrategy } from '../needle/sweep/plan';
import { sweepStrategy } from '../needle/sweep/strategy-title';
import { presetOf } from '../strategies/presets';
import {
  completeValues,
  type NumberParameter,
  numberValue,
  type Parameter,
  type ParameterValues,
} from '../strategies/schema';
import type { Trouble } from '../trouble';
import type { PerplexityEvent, PerplexityResult } from '../worker/protocol';
import type { PageState } from './page-store';

/** The numbers of a text that is fed, described like a strategy's parameters. */
export const PERPLEXITY_PARAMETERS = {
  length: {
    kind: 'integer',
    name: 'length',
    title: 'Length',
    unit: 'tokens',
    min: 2,
    max: 131072,
    step: 1,
    default: 1024,
    meaning: 'Tokens of the text; fewer where the text ends before.',
  },
  start: {
    kind: 'number',
    name: 'start',
    title: 'Start',
    unit: '%',
    min: 0,
    max: 99,
    step: 1,
    default: 0,
    meaning: 'Where in the text the passage begins, moved back to the beginning of a sentence.',
  },
  prompt: {
    kind: 'integer',
    name: 'prompt',
    title: 'Prompt',
    unit: 'tokens',
    min: 1,
    max: 131072,
    step: 1,
    default: 32,
    meaning:
      'So many tokens are read at once as a prompt, the others one by one; methods that compress after the prompt compress then.',
  },
} as const satisfies Record<string, NumberParameter>;

const PARAMETER_LIST: Parameter[] = Object.values(PERPLEXITY_PARAMETERS);

/** What is to be measured, as typed: numbers may still be out of range. */
export interface PerplexityDraft {
  haystack: HaystackRef;
  /** Values of `PERPLEXITY_PARAMETERS`. */
  numbers: ParameterValues;
  strategies: SweepStrategy[];
}

/** One strategy over the text. */
export interface PolicyRun extends SweepStrategy {
  /** −ln p of every token of the text, in nats; not a number where it is not known. */
  surprisals: Float32Array;
  /** Tokens read so far. */
  read: number;
  /** Position of the first token that was read while an earlier one was missing; null: none. */
  firstEviction: number | null;
  /** Bytes of the cache at the end. */
  kvBytes: number;
  ms: number;
  trouble: Trouble | null;
}

/** The text that was measured, and what every strategy made of it. */
export interface MeasuredText {
  /** Name of the model and everything that decides the text. */
  model: string;
  text: PassageSpec;
  prompt: number;
  /** Tokens that the text has; 0 until known. */
  tokens: number;
  /** Those of earlier drafts too, so that they need not be measured again. */
  runs: PolicyRun[];
}

export interface PerplexityState {
  draft: PerplexityDraft;
  measured: MeasuredText | null;
  /** While something is measured: the titles of what was asked for, in order. */
  measuring: string[] | null;
}

const FIRST_STRATEGIES = ['dense', 'window', 'streaming-llm'];

export function firstPerplexity(haystack: HaystackRef): PerplexityState {
  const numbers = Object.fromEntries(
    PARAMETER_LIST.map(({ name, default: usual }) => [name, usual]),
  );
  const strategies = FIRST_STRATEGIES.map((id) => sweepStrategy(presetOf(id).choice));
  return { draft: { haystack, numbers, strategies }, measured: null, measuring: null };
}

/** @throws TroubleError `bad-input` for a number out of range */
export function textOf({ haystack, numbers }: PerplexityDraft): {
  text: PassageSpec;
  prompt: number;
} {
  const values = completeValues('perplexity', PARAMETER_LIST, numbers);
  const number = (name: keyof typeof PERPLEXITY_PARAMETERS) => numberValue(values, name);
  return {
    text: { haystack, start: number('start'), length: number('length') },
    prompt: number('prompt'),
  };
}

/** Runs of the text's strategies that the draft names, in its order; those not begun yet are left out. */
export function shownRuns({ draft, measured }: PerplexityState): PolicyRun[] {
  return draft.strategies.flatMap((strategy) => runOf(measured, strategy) ?? []);
}

/** A title says all that a strategy is, so that it tells strategies apart. */
export function runOf(
  measured: MeasuredText | null,
  { title }: Pick<SweepStrategy, 'title'>,
): PolicyRun | undefined {
  return measured?.runs.find((run) => run.title === title);
}

export function isComplete({ read, surprisals, trouble }: PolicyRun): boolean {
  return trouble === null && surprisals.length > 0 && read === surprisals.length;
}

/** A strategy of which nothing is known yet. */
export function emptyRun({ title, choice }: SweepStrategy): PolicyRun {
  return {
    title,
    choice,
    surprisals: new Float32Array(),
    read: 0,
    firstEviction: null,
    kvBytes: 0,
    ms: 0,
    trouble: null,
  };
}

/** News of a measurement that this page asked for. */
export function applyPerplexityEvent(
  { perplexity }: PageState,
  event: PerplexityEvent,
): Partial<PageState> {
  const { measured, measuring } = perplexity;
  if (!measured || !measuring) return {};
  const change = (news: Partial<MeasuredText>) => ({
    perplexity: { ...perplexity, measured: { ...measured, ...news } },
  });
  if (event.part === 'text') return change({ tokens: event.tokens });
  const { strategy, from, surprisals: known, firstEviction, kvBytes, ms } = event;
  const grown = (run: PolicyRun): PolicyRun => {
    const surprisals = new Float32Array(measured.tokens).fill(Number.NaN);
    surprisals.set(run.surprisals.subarray(0, from));
    surprisals.set(known, from);
    return { ...run, surprisals, read: from + known.length, firstEviction, kvBytes, ms };
  };
  const title = measuring[strategy];
  return change({ runs: measured.runs.map((run) => (run.title === title ? grown(run) : run)) });
}

/** What came out in the end, which may be heard before the last news. */
export function withResult(
  { measured, measuring }: PerplexityState,
  { tokens, runs }: PerplexityResult,
): Pick<PerplexityState, 'measured'> {
  if (!measured || !measuring) return { measured };
  const found = new Map(runs.map(({ strategy: _, ...run }, index) => [measuring[index], run]));
  return {
    measured: {
      ...measured,
      tokens,
      runs: measured.runs.map((run) => ({ ...run, ...found.get(run.title) })),
    },
  };
}
