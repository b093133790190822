/** What `window.needlescope` takes and gives: plain JSON, shared by the page and the command line. */
import type { PromptSpec } from '../needle/prompt-spec';
import type { Calibration, CalibrationKind } from '../strategies/calibration';
import type { Preset } from '../strategies/presets';
import type { StrategyChoice } from '../strategies/registry';
import type { Axis, Description, Entry } from '../strategies/schema';
import type {
  Accounting,
  Dump,
  DumpPart,
  EngineEvent,
  KvBytes,
  Logits,
  MassRecall,
  ModelInfo,
  RunResult,
  StopReason,
} from '../worker/protocol';

export interface StrategyOptions {
  /** Id of a preset; `dense` when absent. */
  strategy?: string;
  /** Settings laid over it, like `cache.recent=256` or `cache=window`. */
  set?: string[];
  /** What `calibrate` gave, or its file; when absent, what came with the model. */
  calibration?: unknown;
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
  /** Token ids instead of a text; then nothing is judged. */
  ids?: number[];
  /** With ids: tokens before the question, and where documents begin. */
  context?: number;
  documents?: number[];
  maxTokens?: number;
  temperature?: number;
  topK?: number;
  topP?: number;
  /** Measure how much of dense attention's weight the computed pairs hold. */
  recall?: boolean;
  /** Time selection and attention apart, where the adapter can. */
  timeStages?: boolean;
  /** What to list position by position. */
  dump?: DumpPart[];
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

export interface CalibrateOptions {
  /** What to measure; all kinds when absent. */
  kinds?: CalibrationKind[];
}

/** How far a calibration is with what it measures now, in steps of that. */
export type CalibrationSteps = Pick<
  Extract<EngineEvent, { type: 'calibrate' }>,
  'done' | 'total' | 'what'
>;

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
  accounting: Accounting;
  recall: MassRecall | null;
  stageMs: RunResult['stageMs'];
  dump: Dump;
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

export type StrategyEntry = Description &
  Pick<Entry<unknown, unknown>, 'parameters' | 'causality' | 'traits' | 'calibration'>;
export type HeadlessStrategies = Record<Axis, StrategyEntry[]> & { presets: Preset[] };

/** Each call waits for the model and for the calls before it; it rejects with a TroubleError. */
export interface HeadlessApi {
  ready(): Promise<ModelInfo>;
  run(options: RunOptions): Promise<HeadlessRun>;
  logits(options: LogitsOptions): Promise<Logits>;
  tile(options: TileOptions): Promise<HeadlessTile>;
  heads(options: PromptOptions): Promise<HeadlessHeads>;
  calibrate(
    options: CalibrateOptions,
    onProgress?: (steps: CalibrationSteps) => void,
  ): Promise<Calibration>;
  strategies(): Promise<HeadlessStrategies>;
}

declare global {
  interface Window {
    needlescope?: HeadlessApi;
  }
}
