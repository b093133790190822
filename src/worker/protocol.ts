/**
 * What the page and the engine's worker say to each other. Plain data only: everything here crosses a
 * message port, and arrays are transferred, not copied.
 */
import type { PreparedPrompt, PromptSpec } from '../needle/prompt-spec';
import type { TileResult, TileSpec } from '../probes/attention-tile';
import type { Calibration, CalibrationKind } from '../strategies/calibration';
import type { StrategyChoice } from '../strategies/registry';
import type { Trouble } from '../trouble';

/** Troubles come back as values, because a thrown error loses its fields on the way through a port. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; trouble: Trouble };

export interface AdapterInfo {
  /** For people: "SwiftShader driver", "NVIDIA ampere", … */
  name: string;
  vendor: string;
  architecture: string;
  features: string[];
  maxBufferBytes: number;
}

export interface ModelInfo {
  /** The folder it was loaded from, relative to the page or absolute. */
  url: string;
  name: string;
  parameters: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  vocabSize: number;
  /** Longest position the model knows, in tokens. */
  contextLength: number;
  /** Storage of weights and cache on the GPU. */
  precision: 'f32' | 'f16';
  weightBytes: number;
  /** False where the folder had no tokenizer files: then only token ids can be run. */
  hasTokenizer: boolean;
  /** What came with the model: calibration.json of its folder, or null. */
  calibration: Calibration | null;
  adapter: AdapterInfo;
}

export interface LoadRequest {
  /** Folder with config.json and safetensors, ending in a slash. */
  url: string;
  /** 'auto' takes f16 where the adapter has it. */
  precision: 'auto' | 'f32' | 'f16';
}

/** How the next token is drawn. Temperature 0 is greedy. */
export interface Sampling {
  temperature: number;
  /** Only the k most likely tokens; 0: all. */
  topK: number;
  /** The smallest set of tokens with at least this probability; 1: all. */
  topP: number;
  seed: number;
}

/** A prompt as token ids, for comparison with other engines. */
export interface PromptIds {
  ids: number[];
  /** Tokens before the question; all where absent. */
  context?: number;
  /** Where the documents of the context begin. */
  documents?: number[];
}

export interface RunRequest {
  prompt: PromptSpec | PromptIds;
  strategy: StrategyChoice;
  /** What was measured on the loaded model, for the entries that need it; absent: nothing. */
  calibration?: Calibration | null;
  sampling: Sampling;
  /** Tokens to generate at most; 0 only reads the prompt. */
  maxTokens: number;
  /** Keep q and un-evicted copies of k, so that exact maps of the past can be drawn. */
  inspect: boolean;
  /** Measure how much of dense attention's weight the computed pairs hold; needs `inspect`. */
  recall?: boolean;
  /** Time selection and attention apart, where the adapter can. */
  timeStages?: boolean;
  /** What to list position by position in the result; all but `kept` need `inspect`. */
  dump?: DumpPart[];
}

export const DUMP_PARTS = ['kept', 'mask', 'selected'] as const;
export type DumpPart = (typeof DUMP_PARTS)[number];

/** What the strategy kept, computed and read, by layer and head, in positions of the text. */
export interface Dump {
  /** What was read. */
  prompt?: Required<PromptIds>;
  kept?: {
    /** [layer][KV head]: entries held when the prompt was read, and at the end. */
    afterPrompt: number[][][];
    atEnd: number[][][];
  };
  /** mask[layer][head][row of the prompt]: ranges [from, to) of the keys that were computed. */
  mask?: [number, number][][][][];
  /** selected[layer][head][step]: positions that the decode step read. */
  selected?: number[][][][];
}

/** What was computed and read, counted by the kernels and not by formulas. */
export interface Accounting {
  /** Pairs of query and key computed while the prompt was read, in all layers and query heads. */
  pairs: number;
  /** The same under dense attention. */
  causalPairs: number;
  /** pairs ÷ causalPairs */
  density: number;
  /** Decode steps so far. */
  steps: number;
  /** Entries that a query head read in a step, mean over steps, layers and heads. */
  entriesPerStep: number;
  /** Bytes of keys and values read in a step; each query head reads for itself. */
  bytesPerStep: number;
}

/** Weight of dense attention that fell on the pairs that were used: 1 is all of it. */
export interface MassRecall {
  /** Means over the rows of the prompt and of the decode steps, [layer][head]. */
  prompt: number[][];
  decode: number[][];
  /** Means over all heads. */
  promptMean: number;
  /** null where no step was made. */
  decodeMean: number | null;
}

/** GPU milliseconds, apart for what selects, what attends, and the rest of the model. */
export type StageMs = Record<'model' | 'selection' | 'attention', number>;

export interface KvBytes {
  /** Most bytes held in pages at any time of the run. */
  peak: number;
  /** Bytes held when the run ended. */
  end: number;
  /** What keeping every entry would have held at the end. */
  dense: number;
}

export type StopReason = 'eos' | 'newline' | 'max-tokens' | 'context-full' | 'stopped';

export interface RunResult {
  model: string;
  adapter: string;
  strategy: StrategyChoice;
  promptTokens: number;
  generated: number[];
  /** The generated text, trimmed; empty without a tokenizer. */
  answer: string;
  expected: string;
  /** null where nothing was expected. */
  correct: boolean | null;
  stopReason: StopReason;
  kvBytes: KvBytes;
  prefillMs: number;
  decodeMs: number;
  seed: number;
  accounting: Accounting;
  /** null where it was not asked for. */
  recall: MassRecall | null;
  /** null where it was not asked for or the adapter cannot tell. */
  stageMs: { prefill: StageMs; decode: StageMs } | null;
  dump: Dump;
}

/** The cache as it is now: pages really held, not a formula. */
export interface CacheSnapshot {
  /** Tokens processed so far. */
  tokens: number;
  pageSlots: number;
  /** Keys, values and positions of one page. */
  pageBytes: number;
  pagesHeld: number;
  peakPages: number;
  /** Bytes that the policy holds in a form of its own, outside the pages. */
  besideBytes: number;
  /** Pages per layer and KV head, [layers * kvHeads]. */
  pages: Uint32Array;
  /** Entries that the newest query sees, per layer and KV head, [layers * kvHeads]. */
  slots: Uint32Array;
  /** What keeping every entry so far would hold. */
  denseBytes: number;
  /** Bytes of the inspection store: not part of the cache, only there for the maps. */
  inspectionBytes: number;
}

export type EngineEvent =
  | { type: 'load'; phase: 'download'; done: number; total: number }
  | { type: 'load'; phase: 'compile'; done: number; total: number }
  | { type: 'prepared'; prompt: PreparedPrompt }
  | { type: 'state'; state: 'idle' | 'running' | 'paused' }
  | { type: 'prefill'; done: number; total: number; ms: number }
  | { type: 'token'; index: number; id: number; piece: string; decodeMs: number }
  | { type: 'cache'; snapshot: CacheSnapshot }
  /** Now and then while a run goes on, and at its end. */
  | { type: 'accounting'; accounting: Accounting }
  /** How far a calibration is, in steps of its own; `what` says what is measured now. */
  | { type: 'calibrate'; done: number; total: number; what: string }
  /** The GPU went away; the worker takes a new one and replays. `failed` where none can be had. */
  | {
      type: 'device';
      state: 'lost' | 'restored' | 'failed';
      reason: string;
      replayedTokens: number;
    };

/** Values of a tile's cells that are not weights. */
export const CELL_FUTURE = -1;
export const CELL_EVICTED = -2;
/** There, but left out by a prefill pattern or a decode selection. */
export const CELL_SKIPPED = -3;

export type TileRequest = TileSpec;

/** A tile with the request that it answers. */
export interface Tile extends TileResult {
  request: TileRequest;
}

export interface HeadScores {
  layers: number;
  heads: number;
  /** Mean weight that the prompt's queries give to the first token, [layers * heads] (Gu et al. 2410.10781). */
  sink: Float32Array;
  /** How many queries the means are over. */
  queries: number;
}

export interface Logits {
  ids: number[];
  top: { id: number; logit: number }[];
  adapter: string;
}

export interface EngineApi {
  /**
   * Events arrive in batches, at most one batch an animation frame.
   * @param pageUrl what the addresses of bundled files are relative to
   */
  subscribe(listener: (batch: EngineEvent[]) => void, pageUrl: string): Promise<void>;
  /** Takes a device, fetches the model, uploads it and compiles every shader. Replaces the model before. */
  load(request: LoadRequest): Promise<Outcome<ModelInfo>>;
  /** Tokenizes a prompt without running it. */
  prepare(spec: PromptSpec): Promise<Outcome<PreparedPrompt>>;
  /** Reads the prompt, generates, and resolves at the end (also when stopped). Replaces the run before. */
  run(request: RunRequest): Promise<Outcome<RunResult>>;
  /** Halts before the next submission; everything stays explorable. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** While paused: one more token (or one more chunk of the prompt). */
  step(): Promise<void>;
  /** Ends the run; what was generated stays. */
  stop(): Promise<void>;
  /** Attention weights of the current run, recomputed on the GPU. */
  tile(request: TileRequest): Promise<Outcome<Tile>>;
  /** Scores of every head over the current run's prompt. */
  heads(): Promise<Outcome<HeadScores>>;
  /** For each position of the text the first query that could no longer see its key; 0xffffffff: still there. */
  evictedAt(layer: number, kvHead: number): Promise<Outcome<Uint32Array>>;
  /**
   * Measures these kinds on the loaded model, one after the other, with `calibrate` events on the way. Ends the
   * run before.
   * @returns the kinds that were complete when it ended or was stopped; null where none was
   */
  calibrate(kinds: CalibrationKind[]): Promise<Outcome<Calibration | null>>;
  /** Logits after a dense forward pass over the ids, at the last position. */
  logits(ids: number[], top: number): Promise<Outcome<Logits>>;
}
