import { createStore } from 'zustand/vanilla';
import type { Haystack } from '../needle/haystacks';
import type { PreparedPrompt } from '../needle/prompt-spec';
import type { Calibration } from '../strategies/calibration';
import type { StrategyChoice } from '../strategies/registry';
import type { Trouble } from '../trouble';
import type {
  CacheHistory,
  EngineEvent,
  HeadScores,
  HeadsAt,
  ModelInfo,
  SinkReport,
  TileRequest,
  TokenCurves,
} from '../worker/protocol';
import type { Comparison } from './comparison';
import type { SinkDrop } from './drop-sinks';
import { FIRST_HEAD_VIEW, type HeadView } from './head-view';
import { FIRST_MODELS, type ModelsState } from './models-state';
import { firstNeedleLab, type NeedleLabState } from './needle-lab-state';
import { type FoldablePanel, restoreFolded } from './open-panels';
import { firstPerplexity, type PerplexityState } from './perplexity';
import type { PruneExperiment } from './prune-experiment';
import type { RunReport } from './run-report';
import type { Setup } from './setup';
import type { Selection } from './setup-url';
import { firstSpeed, type SpeedState } from './speed';

/** What a run measures beside its answer; each costs time, so they are off until asked for. */
export interface Measures {
  /** How much of dense attention's weight the computed pairs hold. */
  recall: boolean;
  /** How unexpected each token is; a language-model head for each token of the prompt. */
  surprisal: boolean;
  /** GPU time of selection and of attention, apart. */
  timeStages: boolean;
}

/** The run on screen, and what the engine reported about it. */
export interface RunView extends RunReport {
  /** Tells runs apart, so that late answers about an earlier run can be dropped. */
  id: number;
  prompt: PreparedPrompt;
  strategy: StrategyChoice;
  /** What was asked for when it began. */
  measures: Measures;
  expected: string;
  maxTokens: number;
}

/** Weights of one query over every key of the text, or their mean over all queries. */
export interface AttentionRow extends Pick<TileRequest, 'layer' | 'head'> {
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
  /** The row that the text shows, where that is another; see `queryOfText`. */
  textRow: AttentionRow | null;
  received: AttentionRow | null;
  evictedAt: { layer: number; kvHead: number; queries: Uint32Array } | null;
  heads: HeadScores | null;
  /** Who looks at the pointed or picked key. */
  headsAt: HeadsAt | null;
  sinks: SinkReport | null;
  curves: TokenCurves | null;
  /** Nats a position; not a number where there is none. */
  surprisal: Float32Array | null;
  /** How the entries of the picked KV head left. */
  history: HeadHistory | null;
  /** What the row at that position saw: entries per layer and KV head. */
  held: { query: number; entries: Uint32Array } | null;
}

export interface HeadHistory extends CacheHistory {
  layer: number;
  kvHead: number;
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
export type TroubleSource =
  | 'load'
  | 'address'
  | 'prompt'
  | 'calibration'
  | 'run'
  | 'compare'
  | 'perplexity'
  | 'needle-lab'
  | 'speed'
  | 'view';

export interface TourState {
  /** The step on screen; null: no tour is on. */
  step: number | null;
  /** Whether the page offers the tour now. */
  offered: boolean;
}

/** Whose weights the attention map shows: the run's, those of the run beside it, or what the second has more. */
export type MapSubject = 'run' | 'compared' | 'difference';

/** What the text is shaded by. */
export const SHADINGS = [
  'attention',
  'read',
  'kept',
  'received',
  'sink',
  'surprisal',
  'waad',
  'fai',
] as const;
export type Shading = (typeof SHADINGS)[number];

export interface PageState {
  setup: Setup;
  /** For the next run. */
  measures: Measures;
  selection: Selection;
  /** What the pointer is over, in positions of the text. */
  hover: { query: number | null; key: number | null };
  shading: Shading;
  folded: FoldablePanel[];
  headView: HeadView;
  /** The last causal experiment on heads. */
  pruning: PruneExperiment | null;
  /** What was there before the sinks were dropped. */
  sinkDrop: SinkDrop | null;
  tour: TourState;
  /** How weights become colours. */
  scale: 'log' | 'linear';
  haystacks: Haystack[];
  model: ModelInfo | null;
  /** Loading another model, and those that are kept. */
  models: ModelsState;
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
  comparison: Comparison | null;
  /** Counts while there is a comparison; see `mapSubject`. */
  mapOf: MapSubject;
  needleLab: NeedleLabState;
  perplexity: PerplexityState;
  speed: SpeedState;
  troubles: Partial<Record<TroubleSource, Trouble>>;
  device: Extract<EngineEvent, { type: 'device' }> | null;
}

export const NOTHING_INSPECTED: Inspection = {
  row: null,
  textRow: null,
  received: null,
  evictedAt: null,
  heads: null,
  headsAt: null,
  sinks: null,
  curves: null,
  surprisal: null,
  history: null,
  held: null,
};

/** One store a page; two pages side by side have two. */
export function createPageStore(setup: Setup, selection: Selection) {
  return createStore<PageState>(() => ({
    setup,
    measures: { recall: false, surprisal: false, timeStages: false },
    selection,
    hover: { query: null, key: null },
    shading: 'attention',
    folded: restoreFolded(),
    headView: FIRST_HEAD_VIEW,
    pruning: null,
    sinkDrop: null,
    tour: { step: null, offered: false },
    scale: 'log',
    haystacks: [],
    model: null,
    models: FIRST_MODELS,
    calibration: null,
    calibrating: null,
    activity: 'idle',
    runRequested: false,
    prompt: null,
    run: null,
    runCount: 0,
    inspection: NOTHING_INSPECTED,
    comparison: null,
    mapOf: 'run',
    needleLab: firstNeedleLab(setup.haystack),
    perplexity: firstPerplexity(setup.haystack),
    speed: firstSpeed(null),
    troubles: {},
    device: null,
  }));
}

export type PageStore = ReturnType<typeof createPageStore>;

/** Tokens of the text that the model has read; only these can be queries. */
export function processedTokens(run: Pick<RunReport, 'cache' | 'prefill'> | null): number {
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
