/**
 * What the page and the engine's worker say to each other. Plain data only: everything here crosses a
 * message port, and arrays are transferred, not copied.
 */
import type { StoredModel } from '../model/model-store';
import type { ModelSource } from '../model/source';
import type { TrainingCurves } from '../model/training-curves';
import type { PreparedPrompt, PromptSpec } from '../needle/prompt-spec';
import type { SampleResult } from '../needle/sweep/plan';
import type { SampleRequest } from '../needle/sweep/run-sweep';
import type { TileResult } from '../probes/attention-tile';
import type { HeadsAt, HeadsAtSpec } from '../probes/heads-at';
import type { TokenDivergence } from '../probes/kl-divergence';
import type { SinkReport } from '../probes/sink-report';
import type { TileSpec } from '../probes/tile-plan';
import type { TokenCurves } from '../probes/token-curves';
import type { Calibration, CalibrationKind } from '../strategies/calibration';
import type { StrategyChoice } from '../strategies/registry';
import type { Trouble } from '../trouble';
import type { BenchRequest, BenchResult, Roofline, Traffic } from './bench-types';
import type { PerplexityEvent, PerplexityRequest, PerplexityResult } from './perplexity-types';

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
  /** What `?model=` takes to load it again; null for files of the user's own machine. */
  address: string | null;
  name: string;
  /** Tells models apart by what is in them, wherever they came from. */
  fingerprint: string;
  parameters: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  vocabSize: number;
  /** Longest position the model knows, in tokens. */
  contextLength: number;
  /** Storage of the cache and of plain weights on the GPU. */
  precision: 'f32' | 'f16';
  /** What the matrices consist of on the GPU, the most of it first, as in "Q4_K, Q6_K". */
  weightTypes: string;
  weightBytes: number;
  /** False where the folder had no tokenizer files: then only token ids can be run. */
  hasTokenizer: boolean;
  hasChatTemplate: boolean;
  /** What came with the model: calibration.json of its folder, or null. */
  calibration: Calibration | null;
  adapter: AdapterInfo;
}

/**
 * What matrices of floats become on the GPU; blocks of a file stay what they are. 'auto' takes f16 where the
 * adapter has it; 'int8' and 'int4' are rounded in groups of 32, with f16 beside them where the adapter has it.
 */
export const PRECISIONS = ['auto', 'f32', 'f16', 'int8', 'int4'] as const;
export type Precision = (typeof PRECISIONS)[number];

export interface LoadRequest {
  source: ModelSource;
  precision: Precision;
  /** Keep what is fetched in the browser's own file system. */
  keep?: boolean;
  /** Address of the hub; huggingface.co where absent. */
  hub?: string;
  /** For gated models of the hub. It is kept in memory and sent to the hub only. */
  token?: string;
}

/** What a model and a run of it would take, before anything is fetched or allocated. Sizes in bytes. */
export interface MemoryPlan
  extends Pick<
    ModelInfo,
    'name' | 'parameters' | 'layers' | 'heads' | 'kvHeads' | 'contextLength' | 'hasTokenizer'
  > {
  /** Of the weights as stored. */
  storedBytes: number;
  /** Tokens of the run that is planned. */
  length: number;
  /** Tokens whose buffers the adapter certainly allows. */
  shorterLength: number;
  /** The largest buffer that the adapter allows. */
  mostBufferBytes: number;
  /** Memory of the whole device; null where the browser does not tell, or tells only that there is much. */
  deviceBytes: number | null;
  precisions: PlannedPrecision[];
  /** What 'auto' takes. */
  preferred: PlannedPrecision['precision'];
}

export interface PlannedPrecision {
  precision: Exclude<Precision, 'auto'>;
  weightBytes: number;
  /** The cache of a run that keeps everything, and of one that keeps a window. */
  kvBytes: number;
  boundedKvBytes: number;
  /** Buffers between kernels, and copies for exact maps. */
  workBytes: number;
  /** Why it does not fit; null: as far as the browser tells, it does. */
  problem: Trouble | null;
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
  /** Measure the surprisal of every token, which costs a language-model head for each token of the prompt. */
  surprisal?: boolean;
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
  /** What the run itself asked of the GPU so far. */
  traffic: { prefill: Traffic; decode: Traffic };
  /** Bytes that were copied back from the GPU since the run began, by all but the run: open panels, mainly. */
  bytesLookedUp: number;
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
  /** Share of the expected words in the answer; null where nothing was expected. */
  score: number | null;
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

/** How far a load is. */
export interface LoadEvent {
  type: 'load';
  /** Bytes of a file from the network to this browser; stored bytes from wherever they are to the GPU; shaders. */
  phase: 'download' | 'read' | 'compile';
  done: number;
  total: number;
  /** What is fetched. */
  file?: string;
}

/** How a run goes on. */
export type RunEvent =
  | { type: 'state'; state: 'idle' | 'running' | 'paused' }
  | { type: 'prefill'; done: number; total: number; ms: number }
  | { type: 'token'; index: number; id: number; piece: string; decodeMs: number }
  | { type: 'cache'; snapshot: CacheSnapshot }
  /** Now and then while a run goes on, and at its end. */
  | { type: 'accounting'; accounting: Accounting };

export type EngineEvent =
  | RunEvent
  | LoadEvent
  /** Something worth knowing about a load. */
  | { type: 'load-note'; note: string }
  | { type: 'prepared'; prompt: PreparedPrompt }
  /** Of the run beside the one on screen. */
  | { type: 'compared'; event: RunEvent }
  /** How far the run is that is fed the first one's answer, in tokens, and what was measured so far. */
  | { type: 'divergence'; done: number; total: number; steps: DivergenceStep[] }
  /** How far a calibration is, in steps of its own; `what` says what is measured now. */
  | { type: 'calibrate'; done: number; total: number; what: string }
  /** While texts are fed through strategies. */
  | { type: 'perplexity'; event: PerplexityEvent }
  /** How far a measurement of speed is, in tokens. */
  | { type: 'bench'; done: number; total: number }
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

export type { StoredModel } from '../model/model-store';
export {
  addressOfSource,
  DEFAULT_HUB,
  hubSource,
  type ModelSource,
  parseSource,
} from '../model/source';
export type { TrainingCurves, TrainingPanel } from '../model/training-curves';
export type { HeadsAt, HeadsAtSpec } from '../probes/heads-at';
export type { HiddenSink, SinkReport } from '../probes/sink-report';
export { AGGREGATES, type Aggregate } from '../probes/tile-plan';
export type { TokenCurves } from '../probes/token-curves';
export type {
  BenchRequest,
  BenchResult,
  KernelTime,
  KernelTimes,
  Roofline,
  Traffic,
} from './bench-types';
export type * from './perplexity-types';

export interface TileRequest extends TileSpec {
  /** Whose weights; of both runs for their difference. Absent: those of the run on screen. */
  of?: HeldRun | 'difference';
}

/** A tile with the request that it answers. */
export interface Tile extends TileResult {
  request: TileRequest;
  /** The same cells of the run beside the one on screen, where the difference was asked for. */
  compared?: Float32Array;
}

/**
 * Scores of every head; arrays are [layers * heads], NaN where nothing could be measured. A key that was
 * evicted or left out is missing, not zero.
 */
export interface HeadScores {
  layers: number;
  heads: number;
  /** Rows of the prompt that sink, entropy, distance and influence are about. */
  queries: number;
  /** How many of them entropy and distance were computed from: all, or evenly spaced ones of a long prompt. */
  sampledRows: number;
  /** Tokens emitted so far, at most the first 512: what copy and retrieval are about. */
  steps: number;
  /** Mean weight that the prompt's queries give to the first token (α₁ of Gu et al., 2410.10781). */
  sink: Float32Array;
  /** Mean of −Σ a ln a ÷ ln(keys seen) over the rows that saw more than one key, 0…1. */
  entropy: Float32Array;
  /** Mean over the rows of Σ a(i,j)·(i−j), in tokens (d of 2510.13554). */
  distance: Float32Array;
  /** FAI of the head alone (2510.13554): mean over positions s of the mean a(t,s), t = s+10 … s+100. */
  influence: Float32Array;
  /** Share of steps whose strongest key holds the token that was emitted; null without steps. */
  copy: Float32Array | null;
  /**
   * Share of the needle's tokens that were emitted while the head's strongest key was on them (Wu et al.,
   * 2404.15574). null without steps, without a needle, or where the answer is not right.
   */
  retrieval: Float32Array | null;
  /** Whether the answer so far is right, so that the retrieval score counts. */
  retrievalCounted: boolean;
  /** [layers * kvHeads]: 1 where the head sees a window only. */
  windowed: Uint8Array;
}

/** The engine holds the run on screen and, while it is compared, another one beside it. */
export type HeldRun = 'run' | 'compared';

/** How far two runs' distributions of the next token are apart where the first one wrote a token. */
export interface DivergenceStep extends TokenDivergence {
  /** The token that the first run wrote. */
  id: number;
  piece: string;
  /** What the second run found most likely there. */
  pieceQ: string;
}

export interface Divergence {
  /** Index of the first token at which the answers differ; null where they are the same. */
  firstDifference: number | null;
  /** Tokens of the first run's answer. */
  answerTokens: number;
  /** One for each of them from the first on; fewer where it was stopped, or where not all logits were kept. */
  steps: DivergenceStep[];
}

/** How the entries of one KV head left its cache. */
export interface CacheHistory {
  /** By position of the entry: the first query that could no longer see it; 0xffffffff: still there. */
  evictedAt: Uint32Array;
  /** By position of the entry: the score by which it was dropped; NaN: still there, or gone by another rule. */
  lostScore: Float32Array;
  /**
   * By position of the first query that missed what was dropped: the lowest score among the entries that
   * stayed for theirs; NaN: nothing was dropped, or not by scores.
   */
  lowestKept: Float32Array;
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
  /** What a model and a run of so many tokens would take. The next plan or load ends it. */
  plan(request: LoadRequest, length: number): Promise<Outcome<MemoryPlan>>;
  /** Ends a load or a plan, with the trouble `cancelled`; the model before stays. */
  cancelLoad(): Promise<void>;
  /** How the loaded model came to be: training.json of its folder, or null. */
  training(): Promise<Outcome<TrainingCurves | null>>;
  /** The models that this browser keeps, last used first. */
  storedModels(): Promise<Outcome<StoredModel[]>>;
  removeStored(key: string): Promise<Outcome<void>>;
  /** Tokenizes a prompt without running it. */
  prepare(spec: PromptSpec): Promise<Outcome<PreparedPrompt>>;
  /** Reads the prompt, generates, and resolves at the end (also when stopped). Replaces the run before. */
  run(request: RunRequest): Promise<Outcome<RunResult>>;
  /**
   * Runs the prompt of the run on screen under a second strategy beside it, with `compared` events, and
   * resolves at its end (also when stopped). Replaces the comparison before; the next run ends it.
   */
  compare(strategy: StrategyChoice, calibration: Calibration | null): Promise<Outcome<RunResult>>;
  /** Measures how far the two runs are apart along the first one's answer, with `divergence` events. */
  divergence(): Promise<Outcome<Divergence>>;
  /** Gives back the memory of the run beside the one on screen. */
  endComparison(): Promise<Outcome<void>>;
  /** Halts before the next submission; everything stays explorable. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** While paused: one more token (or one more chunk of the prompt). */
  step(): Promise<void>;
  /** Ends the run; what was generated stays. */
  stop(): Promise<void>;
  /**
   * Attention weights of the current run, recomputed on the GPU, in many short submissions where they are many.
   * @param channel gives up a tile of the same channel that is under way
   * @returns null where it was given up
   */
  tile(request: TileRequest, channel?: string): Promise<Outcome<Tile | null>>;
  /** Gives up the tile of a channel that is under way. */
  cancelTile(channel: string): Promise<void>;
  /** Scores of every head over the current run's prompt and answer so far. */
  heads(): Promise<Outcome<HeadScores>>;
  /** How much every head looks at one key. */
  headsAt(spec: HeadsAtSpec): Promise<Outcome<HeadsAt>>;
  /** Where attention gathers in the current run. */
  sinks(): Promise<Outcome<SinkReport>>;
  /** WAAD and FAI along the current run's text. */
  tokenCurves(): Promise<Outcome<TokenCurves>>;
  /** For each position of the text the first query that could no longer see its key; 0xffffffff: still there. */
  evictedAt(layer: number, kvHead: number): Promise<Outcome<Uint32Array>>;
  /** When and why the entries of a KV head left. */
  cacheHistory(layer: number, kvHead: number): Promise<Outcome<CacheHistory>>;
  /** Entries that each KV head held when the query at a position came, as it saw them, [layers * kvHeads]. */
  heldAt(query: number): Promise<Outcome<Uint32Array>>;
  /** Positions of the text that a run holds now, per layer and KV head, [layers * kvHeads]. */
  kept(of: HeldRun): Promise<Outcome<Uint32Array[]>>;
  /**
   * Measures these kinds on the loaded model, one after the other, with `calibrate` events on the way. Ends the
   * run before.
   * @returns the kinds that were complete when it ended or was stopped; null where none was
   */
  calibrate(kinds: CalibrationKind[]): Promise<Outcome<Calibration | null>>;
  /** Surprisal of the current run's tokens so far, by position; a run that was asked to measure it. */
  surprisal(): Promise<Outcome<Float32Array>>;
  /**
   * Feeds a text through strategies, with `perplexity` events on the way; resolves at the end, also when stopped.
   * Ends the run that goes on; the run on screen stays.
   */
  perplexity(request: PerplexityRequest): Promise<Outcome<PerplexityResult>>;
  /** Measures speed and the time of kernels, with `bench` events on the way; null where it was stopped. */
  bench(request: BenchRequest): Promise<Outcome<BenchResult | null>>;
  /** What this adapter's memory and arithmetic can do at best, measured for a few hundred milliseconds. */
  roofline(): Promise<Outcome<Roofline>>;
  /**
   * Runs one sample of a sweep beside the run on screen, without events. Waits for what is under way; whatever is
   * asked for meanwhile ends it.
   * @returns null where it was ended before it was done
   */
  sample(request: SampleRequest): Promise<Outcome<SampleResult | null>>;
  /** Ends the sample; a run under way goes on. */
  stopSample(): Promise<void>;
  /** Logits after a dense forward pass over the ids, at the last position. */
  logits(ids: number[], top: number): Promise<Outcome<Logits>>;
}
