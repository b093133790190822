/** What `window.needlescope` takes and gives: plain JSON, shared by the page and the command line. */
import type { PromptSpec } from '../needle/prompt-spec';
import type { SampleResult } from '../needle/sweep/plan';
import type { SampleRequest } from '../needle/sweep/run-sweep';
import type { Task } from '../needle/tasks/task';
import type { PerplexityBin } from '../state/perplexity-bins';
import type { Calibration, CalibrationKind } from '../strategies/calibration';
import type { Preset } from '../strategies/presets';
import type { StrategyChoice } from '../strategies/registry';
import type { Axis, Description, Entry } from '../strategies/schema';
import type { Trouble } from '../trouble';
import type {
  Aggregate,
  BenchResult,
  Divergence,
  DumpPart,
  HeadScores,
  Logits,
  ModelInfo,
  Roofline,
  RunResult,
  SinkReport,
  TokenCurves,
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
  /** Id of a task, which brings needles and question of its own, and its settings like `needles=4`. */
  task?: string;
  setTask?: string[];
  seed?: number;
  /** Text and question go through the model's chat template. */
  chat?: boolean;
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

/** A prompt under two strategies: `strategy` and `set` of the first, `with` and `withSet` of the second. */
export interface CompareOptions extends RunOptions {
  /** Id of a preset; `dense` when absent. */
  with?: string;
  withSet?: string[];
}

export interface LogitsOptions {
  ids: number[];
  /** How many of the largest logits. */
  top?: number;
}

export interface TileOptions extends StrategyOptions {
  ids: number[];
  /** An index, or how all of them become one. */
  layer: number | Aggregate;
  head: number | Aggregate;
  /** [from, to) */
  queries: [number, number];
  keys: [number, number];
}

/** A prompt or token ids, read and answered as in a run. */
export interface HeadsOptions
  extends PromptOptions,
    Pick<RunOptions, 'ids' | 'context' | 'documents' | 'maxTokens'> {
  /** Give the mass of every position in every layer. */
  mass?: boolean;
  /** Give WAAD and FAI along the text. */
  curves?: boolean;
}

export interface CalibrateOptions {
  /** What to measure; all kinds when absent. */
  kinds?: CalibrationKind[];
}

/** How far long work is with what it measures now, in steps of that. */
export interface Steps {
  done: number;
  total: number;
  what: string;
}

/** A text and the strategies that it is fed through: `strategies`, or else the one of `strategy` and `set`. */
export interface PerplexityOptions
  extends StrategyOptions,
    Pick<PromptOptions, 'haystack' | 'text'> {
  /** Presets with settings, like `window` and `snapkv:cache.budget=64`. */
  strategies?: string[];
  /** In tokens; 1024 when absent. */
  length?: number;
  /** Where the text begins, in percent of its characters; 0 when absent. */
  start?: number;
  /** Tokens that are read at once; 32 when absent. */
  prompt?: number;
  /** Token ids instead of a text. */
  ids?: number[];
}

export interface HeadlessPerplexity {
  model: string;
  adapter: string;
  tokens: number;
  prompt: number;
  /** null: token ids were given. */
  text: { haystack: string; start: number; length: number } | null;
  /** Tokens of a bin. */
  bin: number;
  runs: {
    title: string;
    strategy: StrategyChoice;
    /** Tokens read. */
    read: number;
    /** exp of the mean surprisal; null where nothing was read. */
    perplexity: number | null;
    /** Position of the first token that was read while an earlier one was missing; null: none was. */
    firstEviction: number | null;
    /** Bytes of the cache at the end. */
    kvBytes: number;
    ms: number;
    bins: PerplexityBin[];
    /** −ln p of each token in nats; null for the first. */
    surprisals: (number | null)[];
    /** Why it ended early. */
    trouble: Trouble | null;
  }[];
}

/** What is read and how much is generated, to take the time. */
export interface BenchOptions extends StrategyOptions, Pick<PromptOptions, 'haystack' | 'text'> {
  /** Tokens of the prompts, one row each; 512 and 2048 when absent. */
  lengths?: number[];
  /** Token ids instead of texts: one row. */
  ids?: number[];
  /** Decode steps; 32 when absent. */
  steps?: number;
  /** Measure what the adapter can do at best, too. */
  roofline?: boolean;
}

export interface BenchRow extends Pick<BenchResult, 'promptTokens' | 'prefillMs' | 'kernels'> {
  prefillTokensPerSecond: number;
  /** Median time of a decode step. */
  decodeMs: number;
  decodeTokensPerSecond: number;
  /** Of one decode step. */
  dispatchesPerToken: number;
  bytesReadBackPerToken: number;
  /** Of all of the prompt. */
  prefillDispatches: number;
  prefillBytesReadBack: number;
}

export interface HeadlessBench
  extends Pick<BenchResult, 'model' | 'adapter' | 'precision' | 'strategy' | 'steps'> {
  roofline: Roofline | null;
  rows: BenchRow[];
}

export interface HeadlessRun extends RunResult {
  /** What else is needed to run it again. */
  prompt: Pick<PromptSpec, 'length' | 'depth' | 'needle' | 'question' | 'task'> & {
    haystack: string;
  };
}

export interface HeadlessComparison extends Divergence {
  a: HeadlessRun;
  b: HeadlessRun;
  /** Mean over the steps, in nats; null without steps. */
  meanKl: number | null;
  /** Steps at which both found the same token most likely. */
  sameTop: number;
  /** Positions of the prompt by who held them at the end, [layer][KV head]. */
  kept: { both: number; onlyA: number; onlyB: number; neither: number }[][];
}

export interface HeadlessTile {
  /** Rows are queries; 0 where a key comes after its query or was evicted before it. */
  weights: number[][];
}

/** null where nothing could be measured. */
export type HeadNumbers = (number | null)[];

/** Grids are [layers][heads]; what each number means is said at HeadScores, SinkReport and TokenCurves. */
export interface HeadlessHeads
  extends Pick<RunResult, 'model' | 'strategy' | 'generated' | 'answer' | 'expected' | 'correct'>,
    Pick<
      HeadScores,
      'layers' | 'heads' | 'queries' | 'sampledRows' | 'steps' | 'retrievalCounted'
    > {
  /** What was read, and the token ranges [from, to) of the needles that the answer needs. */
  prompt: { ids: number[]; needleSpans: [number, number][] };
  sink: HeadNumbers[];
  entropy: HeadNumbers[];
  distance: HeadNumbers[];
  influence: HeadNumbers[];
  /** null without steps. */
  copy: HeadNumbers[] | null;
  /** null without steps or needle, or where the answer is not right. */
  retrieval: HeadNumbers[] | null;
  /** [layers][KV heads] */
  windowed: HeadNumbers[];
  sinks: Pick<SinkReport, 'sampledRows' | 'threshold' | 'hiddenCount' | 'hidden' | 'firstSink'>;
  /** [layers][positions] */
  mass?: HeadNumbers[];
  curves?: Pick<TokenCurves, 'sampledRows' | 'localHeads' | 'globalHeads'> & {
    /** [positions] */
    waad: HeadNumbers;
    fai: HeadNumbers;
    distance: HeadNumbers[];
  };
}

export type StrategyEntry = Description &
  Pick<Entry<unknown, unknown>, 'parameters' | 'causality' | 'traits' | 'calibration'>;
export type HeadlessStrategies = Record<Axis, StrategyEntry[]> & {
  presets: Preset[];
  tasks: Omit<Task, 'make' | 'answerTokens'>[];
};

/** Each call waits for the model and for the calls before it; it rejects with a TroubleError. */
export interface HeadlessApi {
  ready(): Promise<ModelInfo>;
  run(options: RunOptions): Promise<HeadlessRun>;
  compare(
    options: CompareOptions,
    onProgress?: (steps: Steps) => void,
  ): Promise<HeadlessComparison>;
  logits(options: LogitsOptions): Promise<Logits>;
  tile(options: TileOptions): Promise<HeadlessTile>;
  heads(options: HeadsOptions): Promise<HeadlessHeads>;
  calibrate(options: CalibrateOptions, onProgress?: (steps: Steps) => void): Promise<Calibration>;
  perplexity(
    options: PerplexityOptions,
    onProgress?: (steps: Steps) => void,
  ): Promise<HeadlessPerplexity>;
  bench(options: BenchOptions, onProgress?: (steps: Steps) => void): Promise<HeadlessBench>;
  strategies(): Promise<HeadlessStrategies>;
  /** One sample of a sweep; null where it was ended before it was done. */
  sample(request: SampleRequest): Promise<SampleResult | null>;
}

declare global {
  interface Window {
    needlescope?: HeadlessApi;
  }
}
