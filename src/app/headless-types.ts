/** What `window.needlescope` takes and gives: plain JSON, shared by the page and the command line. */
import type { PromptSpec } from '../needle/prompt-spec';
import type { Preset } from '../strategies/presets';
import type { StrategyChoice } from '../strategies/registry';
import type { Axis, Description, Parameter } from '../strategies/schema';
import type { KvBytes, Logits, ModelInfo, StopReason } from '../worker/protocol';

export interface StrategyOptions {
  /** Id of a preset; `dense` when absent. */
  strategy?: string;
  /** Settings laid over it, like `cache.recent=256` or `cache=window`. */
  set?: string[];
}

/** A prompt. Without needle, question and expected value, those of the seed are taken. */
export interface PromptOptions extends StrategyOptions {
  /** Id of a bundled haystack. */
  haystack?: string;
  /** One's own text instead. */
  text?: string;
  /** In tokens. Absent: 512, or all of one's own text. */
  length?: number;
  /** In percent of the haystack. */
  depth?: number;
  needle?: string;
  question?: string;
  expected?: string;
  seed?: number;
}

/** Greedy unless a temperature, top-k or top-p is given. */
export interface RunOptions extends PromptOptions {
  maxTokens?: number;
  temperature?: number;
  topK?: number;
  topP?: number;
}

export interface LogitsOptions {
  ids: number[];
  /** How many of the largest logits. */
  top?: number;
}

export interface TileOptions extends StrategyOptions {
  ids: number[];
  layer: number;
  head: number;
  /** [from, to) */
  queries: [number, number];
  keys: [number, number];
}

export interface HeadlessRun {
  model: string;
  adapter: string;
  strategy: StrategyChoice;
  promptTokens: number;
  generated: number[];
  answer: string;
  expected: string;
  correct: boolean | null;
  kvBytes: KvBytes;
  prefillMs: number;
  decodeMs: number;
  seed: number;
  stopReason: StopReason;
  /** What else is needed to run it again. */
  prompt: Pick<PromptSpec, 'length' | 'depth' | 'needle' | 'question'> & { haystack: string };
}

export interface HeadlessTile {
  /** Rows are queries; 0 where a key comes after its query or was evicted before it. */
  weights: number[][];
}

export interface HeadlessHeads {
  layers: number;
  heads: number;
  /** Mean weight on the first token, [layers][heads]. */
  sink: number[][];
}

export type StrategyEntry = Description & { parameters: Parameter[] };
export type HeadlessStrategies = Record<Axis, StrategyEntry[]> & { presets: Preset[] };

/** Each call waits for the model and for the calls before it; it rejects with a TroubleError. */
export interface HeadlessApi {
  ready(): Promise<ModelInfo>;
  run(options: RunOptions): Promise<HeadlessRun>;
  logits(options: LogitsOptions): Promise<Logits>;
  tile(options: TileOptions): Promise<HeadlessTile>;
  heads(options: PromptOptions): Promise<HeadlessHeads>;
  strategies(): Promise<HeadlessStrategies>;
}

declare global {
  interface Window {
    needlescope?: HeadlessApi;
  }
}
