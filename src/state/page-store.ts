import { createStore } from 'zustand/vanilla';
import type { Haystack } from '../needle/haystacks';
import type { PreparedPrompt } from '../needle/prompt-spec';
import type { Calibration } from '../strategies/calibration';
import type { StrategyChoice } from '../strategies/registry';
import type { Trouble } from '../trouble';
import type {
  Accounting,
  CacheSnapshot,
  EngineEvent,
  HeadScores,
  ModelInfo,
  RunResult,
} from '../worker/protocol';
import { type FoldablePanel, restoreFolded } from './open-panels';
import type { Setup } from './setup';
import type { Selection } from './setup-url';

export interface GeneratedToken {
  id: number;
  piece: string;
  /** Time of all decode steps up to this token; the first token comes out of the prompt and took none. */
  decodeMs: number;
}

/** What a run measures beside its answer; each costs time, so they are off until asked for. */
export interface Measures {
  /** How much of dense attention's weight the computed pairs hold. */
  recall: boolean;
  /** GPU time of selection and of attention, apart. */
  timeStages: boolean;
}

/** What the engine reported about the run on screen. */
export interface RunView {
  /** Tells runs apart, so that late answers about an earlier run can be dropped. */
  id: number;
  prompt: PreparedPrompt;
  strategy: StrategyChoice;
  /** What was asked for when it began. */
  measures: Measures;
  expected: string;
  maxTokens: number;
  prefill: { done: number; total: number; ms: number };
  generated: GeneratedToken[];
  cache: CacheSnapshot | null;
  accounting: Accounting | null;
  /** Set when the run has ended. */
  result: RunResult | null;
}

/** Weights of one query over every key of the text, or their mean over all queries. */
export interface AttentionRow {
  layer: number;
  head: number;
  /** The query's position; null: mean over all queries. */
  query: number | null;
  /** One cell a key; see `Tile.weights`. */
  weights: Float32Array;
  /** Queries that each number comes from. */
  sampledQueries: number;
}

/** What was looked up about the run on screen for the present selection. */
export interface Inspection {
  row: AttentionRow | null;
  received: AttentionRow | null;
  evictedAt: { layer: number; kvHead: number; queries: Uint32Array } | null;
  heads: HeadScores | null;
}

/** How far a calibration is with what it measures now. */
export interface CalibrationProgress {
  done: number;
  /** 0 until the engine has said how much there is. */
  total: number;
  /** What is measured now. */
  what: string;
  /** When that began, in milliseconds of `performance.now()`. */
  begunAt: number;
}

/** Where a trouble came from; a later success there clears it. */
export type TroubleSource = 'load' | 'address' | 'prompt' | 'calibration' | 'run' | 'view';

export type Shading = 'attention' | 'read' | 'kept' | 'received';

export interface PageState {
  setup: Setup;
  /** For the next run. */
  measures: Measures;
  selection: Selection;
  /** What the pointer is over, in positions of the text. */
  hover: { query: number | null; key: number | null };
  shading: Shading;
  folded: FoldablePanel[];
  /** How weights become colours. */
  scale: 'log' | 'linear';
  haystacks: Haystack[];
  model: ModelInfo | null;
  load: Extract<EngineEvent, { type: 'load' }> | null;
  /** What has been measured on the loaded model. */
  calibration: Calibration | null;
  /** Set while this page calibrates. */
  calibrating: CalibrationProgress | null;
  activity: 'idle' | 'running' | 'paused';
  /** This page asked for the run that is under way; runs asked for through `window.needlescope` are not shown. */
  runRequested: boolean;
  /** The prompt of the present setup, as the model will read it. */
  prompt: PreparedPrompt | null;
  run: RunView | null;
  /** Runs begun so far. */
  runCount: number;
  inspection: Inspection;
  troubles: Partial<Record<TroubleSource, Trouble>>;
  device: Extract<EngineEvent, { type: 'device' }> | null;
}

export const NOTHING_INSPECTED: Inspection = {
  row: null,
  received: null,
  evictedAt: null,
  heads: null,
};

/** One store a page; two pages side by side have two. */
export function createPageStore(setup: Setup, selection: Selection) {
  return createStore<PageState>(() => ({
    setup,
    measures: { recall: false, timeStages: false },
    selection,
    hover: { query: null, key: null },
    shading: 'attention',
    folded: restoreFolded(),
    scale: 'log',
    haystacks: [],
    model: null,
    load: null,
    calibration: null,
    calibrating: null,
    activity: 'idle',
    runRequested: false,
    prompt: null,
    run: null,
    runCount: 0,
    inspection: NOTHING_INSPECTED,
    troubles: {},
    device: null,
  }));
}

export type PageStore = ReturnType<typeof createPageStore>;

/** Tokens of the text that the model has read; only these can be queries. */
export function processedTokens(run: RunView | null): number {
  return run ? Math.max(run.cache?.tokens ?? 0, run.prefill.done) : 0;
}

/** Tokens of prompt and answer together. */
export function textLength(run: RunView): number {
  return run.prompt.ids.length + run.generated.length;
}

/** The KV head whose keys a query head reads. */
export function kvHeadOf(model: ModelInfo, head: number): number {
  return Math.floor((head * model.kvHeads) / model.heads);
}

/** Whether one of these panels shows something, so that looking it up has a use. */
export function anyOpen({ folded }: PageState, ...panels: FoldablePanel[]): boolean {
  return panels.some((panel) => !folded.includes(panel));
}
