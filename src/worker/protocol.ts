/**
 * What the page and the engine's worker say to each other. Plain data only: everything here crosses a
 * message port, and arrays are transferred, not copied.
 */
import type { StoredModel } from '../model/model-store';
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
import type { BenchRequest, BenchResult, Roofline } from './bench-types';
import type { LoadEvent, LoadRequest, MemoryPlan, ModelInfo } from './load-types';
import type { PerplexityEvent, PerplexityRequest, PerplexityResult } from './perplexity-types';
import type { RunEvent, RunRequest, RunResult } from './run-types';

/** Troubles come back as values, because a thrown error loses its fields on the way through a port. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; trouble: Trouble };

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
export * from './load-types';
export type * from './perplexity-types';
export * from './run-types';

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
