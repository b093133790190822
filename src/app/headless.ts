import { TASKS } from '../needle/tasks/registry';
import { CALIBRATION_KINDS, type Calibration } from '../strategies/calibration';
import { PRESETS } from '../strategies/presets';
import { REGISTRY } from '../strategies/registry';
import type { Entry } from '../strategies/schema';
import { unwrap } from '../worker/client';
import {
  AGGREGATES,
  type Aggregate,
  type EngineApi,
  type EngineEvent,
  type ModelInfo,
  type RunRequest,
} from '../worker/protocol';
import { measureBench } from './headless-bench';
import { compareRuns } from './headless-compare';
import { describeHeads } from './headless-heads';
import { type EngineListeners, hearing } from './headless-listeners';
import {
  checkIds,
  idsFrom,
  maxTokensFrom,
  promptFrom,
  type RequestedStrategy,
  range,
  refuse,
  samplingFrom,
  strategyFrom,
  whole,
} from './headless-options';
import { measurePerplexity } from './headless-perplexity';
import { describeRun, runRequestFrom } from './headless-run';
import type {
  CalibrateOptions,
  HeadlessApi,
  HeadlessHeads,
  HeadlessRun,
  HeadlessStrategies,
  HeadlessTile,
  HeadsOptions,
  RunOptions,
  Steps,
  StrategyEntry,
  TileOptions,
} from './headless-types';

export type HeadlessEngine = Pick<
  EngineApi,
  | 'prepare'
  | 'run'
  | 'compare'
  | 'divergence'
  | 'kept'
  | 'logits'
  | 'tile'
  | 'heads'
  | 'sinks'
  | 'tokenCurves'
  | 'calibrate'
  | 'perplexity'
  | 'bench'
  | 'roofline'
  | 'sample'
>;

const TOP_LOGITS = 10;

/** Offers the page's engine as `window.needlescope`, for the command line, tests and the console. */
export function installHeadlessApi(
  engine: HeadlessEngine,
  listeners: EngineListeners,
  modelReady: () => Promise<ModelInfo>,
): void {
  window.needlescope = createHeadlessApi(engine, listeners, modelReady);
}

/** One call at a time: a run replaces the run before, so calls must not overlap. */
export function createHeadlessApi(
  engine: HeadlessEngine,
  listeners: EngineListeners,
  modelReady: () => Promise<ModelInfo>,
): HeadlessApi {
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: (model: ModelInfo) => Promise<T>): Promise<T> => {
    const result = turn.then(modelReady).then(work);
    turn = result.catch(() => {});
    return result;
  };
  return {
    ready: modelReady,
    run: (options) => inTurn((model) => run(engine, options, model)),
    compare: (options, onProgress = () => {}) =>
      inTurn((model) => compareRuns(engine, listeners, options, model, onProgress)),
    logits: ({ ids, top }) =>
      inTurn(async (model) => {
        checkIds(ids, model);
        const wanted = whole('top', top ?? TOP_LOGITS, 1, model.vocabSize);
        return unwrap(await engine.logits(ids, wanted));
      }),
    tile: (options) => inTurn((model) => tile(engine, options, model)),
    heads: (options) => inTurn((model) => heads(engine, options, model)),
    calibrate: (options, onProgress = () => {}) =>
      inTurn(() => calibrate(engine, listeners, options, onProgress)),
    perplexity: (options, onProgress = () => {}) =>
      inTurn((model) => measurePerplexity(engine, listeners, options, model, onProgress)),
    bench: (options, onProgress = () => {}) =>
      inTurn((model) => measureBench(engine, listeners, options, model, onProgress)),
    strategies: async () => describeStrategies(),
    sample: (request) => inTurn(async () => unwrap(await engine.sample(request))),
  };
}

async function run(
  engine: HeadlessEngine,
  options: RunOptions,
  model: ModelInfo,
): Promise<HeadlessRun> {
  return describeRun(unwrap(await engine.run(runRequestFrom(options, model))), options);
}

async function calibrate(
  engine: HeadlessEngine,
  listeners: EngineListeners,
  { kinds = [...CALIBRATION_KINDS] }: CalibrateOptions,
  onProgress: (steps: Steps) => void,
): Promise<Calibration> {
  const known: readonly string[] = CALIBRATION_KINDS;
  for (const kind of kinds) {
    if (!known.includes(kind)) {
      refuse(`There is no calibration "${kind}".`, `There are: ${known.join(', ')}.`);
    }
  }
  const hear = (event: EngineEvent) => {
    if (event.type !== 'calibrate') return;
    const { done, total, what } = event;
    onProgress({ done, total, what });
  };
  const calibration = await hearing(listeners, hear, async () =>
    unwrap(await engine.calibrate([...new Set(kinds)])),
  );
  return calibration ?? refuse('Stopped before anything was measured.', 'Calibrate again.');
}

async function tile(
  engine: HeadlessEngine,
  options: TileOptions,
  model: ModelInfo,
): Promise<HeadlessTile> {
  const { ids } = options;
  checkIds(ids, model);
  const layer = indexOrAggregate('layer', options.layer, model.layers);
  const head = indexOrAggregate('head', options.head, model.heads);
  const queries = range('queries', options.queries, ids.length);
  const keys = range('keys', options.keys, ids.length);
  unwrap(await engine.run(readOnly({ ids }, strategyFrom(options, model))));
  const rows = queries[1] - queries[0];
  const columns = keys[1] - keys[0];
  const tile = unwrap(
    await engine.tile({ layer, head, queries, keys, rows, columns, pooling: 'max' }),
  );
  const { weights } = tile ?? refuse('The tile was given up.', 'Ask again.');
  // Negative cells mark keys that the query could not see: nothing of its weight went there.
  const cells = Array.from(weights, (weight) => Math.max(0, weight));
  return { weights: inRows(cells, rows, columns) };
}

function indexOrAggregate(
  name: string,
  value: number | Aggregate,
  count: number,
): number | Aggregate {
  return (
    AGGREGATES.find((aggregate) => aggregate === value) ?? whole(name, Number(value), 0, count - 1)
  );
}

async function heads(
  engine: HeadlessEngine,
  options: HeadsOptions,
  model: ModelInfo,
): Promise<HeadlessHeads> {
  const { mass = false, curves = false } = options;
  const prompt = promptFrom(options);
  const given = idsFrom(options, model);
  const prepared = given ? null : unwrap(await engine.prepare(prompt));
  const strategy = strategyFrom(options, model);
  const maxTokens = maxTokensFrom(options);
  const result = unwrap(await engine.run({ ...readOnly(given ?? prompt, strategy), maxTokens }));
  return describeHeads({
    ids: Array.from(prepared?.ids ?? options.ids ?? []),
    needleSpans: prepared?.needles.filter(({ asked }) => asked).map(({ span }) => span) ?? [],
    result,
    scores: unwrap(await engine.heads()),
    sinks: unwrap(await engine.sinks()),
    mass,
    curves: curves ? unwrap(await engine.tokenCurves()) : null,
  });
}

/** A request that reads a prompt, generates nothing and can be looked into afterwards. */
function readOnly(prompt: RunRequest['prompt'], strategy: RequestedStrategy): RunRequest {
  return { prompt, ...strategy, sampling: samplingFrom({}, 0), maxTokens: 0, inspect: true };
}

function describeStrategies(): HeadlessStrategies {
  return {
    prefill: REGISTRY.prefill.map(describe),
    cache: REGISTRY.cache.map(describe),
    decode: REGISTRY.decode.map(describe),
    score: REGISTRY.score.map(describe),
    presets: PRESETS,
    tasks: TASKS.map(({ make, answerTokens, ...described }) => described),
  };
}

function describe(entry: Entry<unknown, unknown>): StrategyEntry {
  const { id, title, summary, formula, tryThis, paper, parameters, calibration } = entry;
  const { causality = 'exact', traits = [] } = entry;
  const described = { id, title, summary, formula, tryThis, paper, parameters, causality, traits };
  return calibration ? { ...described, calibration } : described;
}

function inRows(cells: number[], rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, (_, row) => cells.slice(row * columns, (row + 1) * columns));
}
