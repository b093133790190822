/**
 * What the engine asks of a strategy: one value on each of the four axes. The engine defines the interfaces
 * and calls them; `src/strategies/` implements them.
 *
 * A value that needs GPU work has `prepare`: called once a run, it compiles kernels, makes buffers and binds
 * them through the bench, and returns an object whose methods record that work. Recording makes no GPU
 * object, and nothing inside a token is decided on the host.
 */
import type { Rotation } from '../model/config';
import type { Angles } from '../model/rotation';
import type { Bench, ReadList } from './bench';
import type { Recorder } from './recorder';

/** A query head, counted from 0. */
export interface HeadRef {
  layer: number;
  head: number;
}

/** What a prompt consists of, in tokens. */
export interface PromptParts {
  /** Tokens of the whole prompt. */
  length: number;
  /** Tokens before the question; the length where there is no question. */
  context: number;
  /** Where each document of the context begins, ascending. */
  documents: number[];
}

/** The parts of a plan, see `shaders/shared/plan.wgsl`. */
export type PlanPart = 'rows' | 'columns' | 'diagonals' | 'blocks';

/** Which (query, key) pairs are computed while the prompt is read. */
export interface PrefillPattern {
  /** The parts of the plan that it fills. Empty: every pair that the cache lets a query see. */
  parts: PlanPart[];
  prepare?(bench: Bench): Promise<PlanMaker>;
}

export interface PlanMaker {
  /** Called before the submissions of a chunk; may write buffers. */
  beginChunk?(start: number, tokens: number): void;
  /** Records what fills the plan of a layer; its queries and keys are in place. */
  plan?(recorder: Recorder, layer: number): void;
}

/** A query at slot n sees slots [0, sinks) and the last `recent` slots up to and including its own. */
export interface HeadWindow {
  sinks: number;
  /** Infinity keeps all. */
  recent: number;
}

/** Which keys and values stay, and in what form. */
export interface CachePolicy {
  /** 'original': a key keeps its place in the text. 'reindexed': its place among the kept keys counts. */
  positions: 'original' | 'reindexed';
  /**
   * The window of each KV head, exact for every query. What no later query can see is evicted, and its pages
   * are given back.
   */
  windowOf(layer: number, kvHead: number): HeadWindow;
  /** When `compress` happens: before the question is read, or when all is read. */
  compressAfter?: 'context' | 'prompt';
  /** Tokens read at once, where the policy works in rounds. */
  round?: number;
  /** Entries that a head holds at most at any time, where fewer than the text has. */
  most?: number;
  prepare?(bench: Bench): Promise<CacheWork>;
}

export interface CacheWork {
  /** After each layer's attention, while queries and log-sum-exps of the layer are in place. */
  observe?(recorder: Recorder, layer: number): void;
  /** After the last layer of a chunk or token, while the residual stream is in place. */
  observeOutput?(recorder: Recorder): void;
  /** Asked before the tokens from position `start` on are read: whether entries must go first. */
  needsRoom?(held: Uint32Array, start: number): boolean;
  makeRoom?(recorder: Recorder): void;
  /** Once, when `compressAfter` says. */
  compress?(recorder: Recorder): void;
  /** After that, in the submission of each token or further piece of the prompt. */
  afterTokens?(recorder: Recorder): void;
  /** Entries per layer and KV head that are left when one of these is done, of those held in pages. */
  slotsLeft?(held: Uint32Array): Uint32Array | Promise<Uint32Array>;
  /** After a token's attention over the pages: attends what the policy holds beside them, and joins it. */
  attendBeside?(recorder: Recorder, layer: number): void;
  /** How many of the text's first entries every head holds beside the pages, and the bytes of all heads. */
  beside?(): { entries: number; bytes: number };
}

/** Which of the kept entries one decode step reads. */
export interface DecodeSelection {
  /** 'reindexed': keys are cached unrotated, and in a step the place in the list that is read counts. */
  positions?: 'reindexed';
  /** Whether it needs to see the prompt in chunks of the same length (MAX_CHUNK). */
  wholeChunks?: boolean;
  prepare?(bench: Bench): Promise<Selector>;
}

export interface Selector {
  /** While the prompt is read, after each layer's keys are in place. */
  observePrompt?(recorder: Recorder, layer: number): void;
  /** Once, when the prompt is read and the cache compressed. */
  promptRead?(recorder: Recorder): void;
  /** Called before a step is recorded; 0 is the first token that is fed back. */
  beginStep?(step: number): void;
  /** Records the choice for a layer; its query and key are in place. Returns what is read; null: everything. */
  select(recorder: Recorder, layer: number): ReadList | null;
  /** After the layer's attention. */
  observe?(recorder: Recorder, layer: number): void;
}

/** How scores become weights. */
export interface ScoreRule {
  /** Scores are divided by this before the softmax; 1 is the model as trained. */
  temperature: number;
  /** Heads whose output is replaced by zero. */
  maskedHeads: HeadRef[];
  /** Queries are multiplied by max(least, perLog · ln(position + 1)). */
  queryScale?(layer: number): { perLog: number; least: number };
  /** Angles of `dims` dimensions that turn, for a text of at most `length` tokens. */
  rope?(rotation: Rotation, dims: number, length: number): Angles;
  steering?: Steering;
  prepare?(bench: Bench): Promise<ScoreWork>;
}

/** Adds to the scores of prompt tokens outside a span, in some heads. */
export interface Steering {
  heads: HeadRef[];
  bias: number;
  /** The part of the prompt that is emphasised. */
  span: 'question' | 'context';
}

export interface ScoreWork {
  /** After each layer's attention: may change its outputs. */
  adjust(recorder: Recorder, layer: number): void;
}

export interface Strategy {
  prefill: PrefillPattern;
  cache: CachePolicy;
  decode: DecodeSelection;
  score: ScoreRule;
}

/** A window that hides nothing. */
export const NO_WINDOW: HeadWindow = { sinks: 0, recent: Number.POSITIVE_INFINITY };

/** Tokens that are read before the cache is compressed: those before the question, or the whole prompt. */
export function compressionPoint({ compressAfter }: CachePolicy, prompt: PromptParts): number {
  return compressAfter === 'context' && prompt.context > 0 ? prompt.context : prompt.length;
}

/** Whether the text must end with the model's context: its places count, and by the angles of training. */
export function needsContext({ cache, score }: Strategy): boolean {
  return cache.positions === 'original' && !score.rope;
}

/** Whether keys are cached unrotated, because positions are counted anew as entries leave. */
export function reindexes({ cache, decode }: Strategy): boolean {
  return cache.positions === 'reindexed' || decode.positions === 'reindexed';
}
