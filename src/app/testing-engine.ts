import type { PreparedPrompt } from '../needle/prompt-spec';
import type { Calibration, CalibrationKind } from '../strategies/calibration';
import type { Trouble } from '../trouble';
import type {
  EngineEvent,
  HeadScores,
  ModelInfo,
  RunRequest,
  RunResult,
  SinkReport,
  Tile,
  TileRequest,
  TokenCurves,
} from '../worker/protocol';
import { accountingOf } from '../worker/testing-accounting';
import { createHeadlessApi, type HeadlessEngine } from './headless';
import type { EngineListeners } from './headless-listeners';

export const MODEL: ModelInfo = {
  address: 'https://host/models/tiny/',
  fingerprint: '0123456789abcdef',
  name: 'tiny',
  parameters: 1,
  layers: 2,
  heads: 3,
  kvHeads: 1,
  headDim: 4,
  vocabSize: 100,
  contextLength: 64,
  precision: 'f32',
  weightTypes: 'f32',
  weightBytes: 4,
  hasTokenizer: true,
  hasChatTemplate: false,
  calibration: null,
  adapter: { name: 'fake', vendor: '', architecture: '', features: [], maxBufferBytes: 0 },
};

function resultOf(request: RunRequest): RunResult {
  return {
    model: 'tiny',
    adapter: 'fake',
    strategy: request.strategy,
    promptTokens: 5,
    generated: [7],
    answer: '48213',
    expected: '48213',
    correct: true,
    score: 1,
    stopReason: 'newline',
    kvBytes: { peak: 3, end: 2, dense: 4 },
    prefillMs: 1,
    decodeMs: 2,
    seed: request.sampling.seed,
    accounting: accountingOf({}),
    recall: null,
    stageMs: null,
    dump: {},
  };
}

/** Remembers what it was asked, and gives each weight its own value. */
export function fakeEngine(model = MODEL) {
  const runs: RunRequest[] = [];
  const tiles: TileRequest[] = [];
  const measured: CalibrationKind[][] = [];
  const listeners: EngineListeners = new Set();
  const tell = (batch: EngineEvent[]) => {
    for (const hear of listeners) hear(batch);
  };
  const engine: HeadlessEngine = {
    run: async (request) => {
      runs.push(request);
      return { ok: true, value: resultOf(request) };
    },
    tile: async (request) => {
      tiles.push(request);
      const weights = Float32Array.from(
        { length: request.rows * request.columns },
        (_, index) => index / 8,
      );
      weights[1] = -1;
      weights[2] = -2;
      const { rows, columns } = request;
      const value: Tile = {
        request,
        rows,
        columns,
        weights,
        exact: true,
        sampledQueries: 1,
        sampledKeys: 1,
      };
      return { ok: true, value };
    },
    prepare: async (spec) => ({ ok: true, value: { ...PREPARED, spec } }),
    heads: async () => ({ ok: true, value: SCORES }),
    sinks: async () => ({ ok: true, value: SINKS }),
    tokenCurves: async () => ({ ok: true, value: CURVES }),
    logits: async (ids, top) => ({
      ok: true,
      value: {
        ids,
        top: Array.from({ length: top }, (_, id) => ({ id, logit: -id })),
        adapter: '',
      },
    }),
    calibrate: async (kinds) => {
      measured.push(kinds);
      tell([{ type: 'calibrate', done: 1, total: 2, what: kinds[0] }]);
      tell([{ type: 'state', state: 'idle' }]);
      return { ok: true, value: kinds.length === 2 ? null : CLASSES };
    },
    // These have tests of their own.
    compare: async () => REFUSED,
    divergence: async () => REFUSED,
    kept: async () => REFUSED,
    perplexity: async () => REFUSED,
    bench: async () => REFUSED,
    roofline: async () => REFUSED,
    sample: async () => REFUSED,
  };
  const api = createHeadlessApi(engine, listeners, async () => model);
  return { api, engine, runs, tiles, measured, listeners };
}

const REFUSED: { ok: false; trouble: Trouble } = {
  ok: false,
  trouble: { code: 'internal', what: '', advice: '', actions: [] },
};

const SCORES: HeadScores = {
  layers: 2,
  heads: 3,
  queries: 4,
  sampledRows: 4,
  steps: 1,
  sink: Float32Array.of(0, 1, 2, 3, 4, 5),
  entropy: new Float32Array(6).fill(0.5),
  distance: new Float32Array(6).fill(2),
  influence: new Float32Array(6).fill(Number.NaN),
  copy: Float32Array.of(0, 0, 0, 0, 0, 1),
  retrieval: null,
  retrievalCounted: false,
  windowed: Uint8Array.of(0, 1),
};

export const SINKS: SinkReport = {
  layers: 2,
  positions: 3,
  sampledRows: 3,
  mass: Float32Array.of(1, 0.5, 0.25, 1, 0.5, Number.NaN),
  threshold: 0.125,
  hidden: [{ layer: 0, head: 1, position: 1, mean: 0.5, rows: 2 }],
  hiddenCount: 1,
  firstSink: { position: 0, share: 0.5 },
};

export const CURVES: TokenCurves = {
  positions: 3,
  sampledRows: 3,
  waad: Float32Array.of(0, 1, 2),
  fai: new Float32Array(3).fill(Number.NaN),
  distance: new Float32Array(6).fill(1),
  localHeads: [{ layer: 0, head: 0 }],
  globalHeads: [{ layer: 1, head: 2 }],
};

const PREPARED: Omit<PreparedPrompt, 'spec'> = {
  ids: Uint32Array.of(0, 4, 6),
  pieces: ['a', 'b', 'c'],
  needles: [{ span: [1, 2], depth: 50, asked: true }],
  needleSpan: [1, 2],
  questionSpan: null,
  realisedDepth: 50,
  frame: null,
  check: null,
};

export const CLASSES: Calibration = {
  model: 'tiny',
  headClasses: {
    echo: [
      [0, 0, 0],
      [0, 1, 0],
    ],
    induction: [
      [0, 0, 0],
      [0, 0, 1],
    ],
  },
};
