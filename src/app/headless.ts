import { defaultPrompt } from '../needle/default-prompt';
import type { PromptSpec } from '../needle/prompt-spec';
import { CALIBRATION_KINDS, type Calibration, calibrationFor } from '../strategies/calibration';
import { choiceFrom, PRESETS } from '../strategies/presets';
import { REGISTRY } from '../strategies/registry';
import type { Entry } from '../strategies/schema';
import { TroubleError } from '../trouble';
import { unwrap } from '../worker/client';
import type {
  EngineApi,
  EngineEvent,
  ModelInfo,
  RunRequest,
  RunResult,
  Sampling,
} from '../worker/protocol';
import type {
  CalibrateOptions,
  CalibrationSteps,
  HeadlessApi,
  HeadlessHeads,
  HeadlessRun,
  HeadlessStrategies,
  HeadlessTile,
  PromptOptions,
  RunOptions,
  StrategyEntry,
  StrategyOptions,
  TileOptions,
} from './headless-types';

export type HeadlessEngine = Pick<EngineApi, 'run' | 'logits' | 'tile' | 'heads' | 'calibrate'>;

/** Whoever is in here hears what the engine reports. */
export type EngineListeners = Set<(batch: EngineEvent[]) => void>;

const MAX_TOKENS = 48;
const TOP_LOGITS = 10;
const LARGEST_SEED = 2 ** 32 - 1;

/** Offers the page's engine as `window.needlescope`, for the command line, tests and the console. */
export function installHeadlessApi(
  engine: HeadlessEngine,
  listeners: EngineListeners,
  modelReady: Promise<ModelInfo>,
): void {
  window.needlescope = createHeadlessApi(engine, listeners, modelReady);
}

/** One call at a time: a run replaces the run before, so calls must not overlap. */
export function createHeadlessApi(
  engine: HeadlessEngine,
  listeners: EngineListeners,
  modelReady: Promise<ModelInfo>,
): HeadlessApi {
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: (model: ModelInfo) => Promise<T>): Promise<T> => {
    const result = turn.then(() => modelReady).then(work);
    turn = result.catch(() => {});
    return result;
  };
  return {
    ready: () => modelReady,
    run: (options) => inTurn((model) => run(engine, options, model)),
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
    strategies: async () => describeStrategies(),
  };
}

async function run(
  engine: HeadlessEngine,
  options: RunOptions,
  model: ModelInfo,
): Promise<HeadlessRun> {
  const prompt = promptFrom(options);
  const { haystack, length, depth, needle, question } = prompt;
  const dump = options.dump ?? [];
  const result = unwrap(
    await engine.run({
      prompt: idsFrom(options, model) ?? prompt,
      ...strategyFrom(options, model),
      sampling: samplingFrom(options, prompt.seed),
      maxTokens: whole('maxTokens', options.maxTokens ?? MAX_TOKENS, 0, Number.MAX_SAFE_INTEGER),
      inspect: options.recall === true || dump.length > 0,
      recall: options.recall ?? false,
      timeStages: options.timeStages ?? false,
      dump,
    }),
  );
  const title = 'id' in haystack ? haystack.id : haystack.title;
  return {
    ...resultFields(result),
    prompt: { haystack: title, length, depth, needle, question },
  };
}

function resultFields(result: RunResult): Omit<HeadlessRun, 'prompt'> {
  const { model, adapter, strategy, promptTokens, generated, answer, expected, correct } = result;
  const { kvBytes, prefillMs, decodeMs, seed, stopReason } = result;
  const { accounting, recall, stageMs, dump } = result;
  return {
    model,
    adapter,
    strategy,
    promptTokens,
    generated: Array.from(generated),
    answer,
    expected,
    correct,
    kvBytes,
    prefillMs,
    decodeMs,
    seed,
    stopReason,
    accounting,
    recall,
    stageMs,
    dump,
  };
}

async function calibrate(
  engine: HeadlessEngine,
  listeners: EngineListeners,
  { kinds = [...CALIBRATION_KINDS] }: CalibrateOptions,
  onProgress: (steps: CalibrationSteps) => void,
): Promise<Calibration> {
  const known: readonly string[] = CALIBRATION_KINDS;
  for (const kind of kinds) {
    if (!known.includes(kind)) {
      refuse(`There is no calibration "${kind}".`, `There are: ${known.join(', ')}.`);
    }
  }
  const hear = (batch: EngineEvent[]) => {
    for (const event of batch) {
      if (event.type !== 'calibrate') continue;
      const { done, total, what } = event;
      onProgress({ done, total, what });
    }
  };
  listeners.add(hear);
  try {
    const calibration = unwrap(await engine.calibrate([...new Set(kinds)]));
    return calibration ?? refuse('Stopped before anything was measured.', 'Calibrate again.');
  } finally {
    listeners.delete(hear);
  }
}

async function tile(
  engine: HeadlessEngine,
  options: TileOptions,
  model: ModelInfo,
): Promise<HeadlessTile> {
  const { ids } = options;
  checkIds(ids, model);
  const layer = whole('layer', options.layer, 0, model.layers - 1);
  const head = whole('head', options.head, 0, model.heads - 1);
  const queries = range('queries', options.queries, ids.length);
  const keys = range('keys', options.keys, ids.length);
  unwrap(await engine.run(readOnly({ ids }, strategyFrom(options, model))));
  const rows = queries[1] - queries[0];
  const columns = keys[1] - keys[0];
  const { weights, exact } = unwrap(
    await engine.tile({ layer, head, queries, keys, rows, columns, pooling: 'max' }),
  );
  if (!exact) {
    refuse(`${rows} × ${columns} weights are too many at once.`, 'Ask for smaller ranges.');
  }
  // Negative cells mark keys that the query could not see: nothing of its weight went there.
  const cells = Array.from(weights, (weight) => Math.max(0, weight));
  return { weights: inRows(cells, rows, columns) };
}

async function heads(
  engine: HeadlessEngine,
  options: PromptOptions,
  model: ModelInfo,
): Promise<HeadlessHeads> {
  unwrap(await engine.run(readOnly(promptFrom(options), strategyFrom(options, model))));
  const { sink } = unwrap(await engine.heads());
  const { layers, heads } = model;
  return { layers, heads, sink: inRows(Array.from(sink), layers, heads) };
}

/** A request that reads a prompt, generates nothing and can be looked into afterwards. */
function readOnly(prompt: RunRequest['prompt'], strategy: RequestedStrategy): RunRequest {
  return { prompt, ...strategy, sampling: samplingFrom({}, 0), maxTokens: 0, inspect: true };
}

function promptFrom(options: PromptOptions): PromptSpec {
  const seed = whole('seed', options.seed ?? 0, 0, LARGEST_SEED);
  const usual = defaultPrompt(seed);
  const { text, needle, question, expected } = options;
  // A needle without a question, or the reverse, is meant so; the seed's ones belong together.
  const generated = needle === undefined && question === undefined;
  if (text !== undefined && options.haystack !== undefined) {
    refuse('Both a haystack and a text were given.', 'Give one of them.');
  }
  return {
    haystack:
      text === undefined
        ? { id: options.haystack ?? ('id' in usual.haystack ? usual.haystack.id : '') }
        : { text, title: 'text' },
    length: options.length ?? (text === undefined ? usual.length : null),
    depth: options.depth ?? usual.depth,
    needle: generated ? usual.needle : (needle ?? ''),
    question: generated ? usual.question : (question ?? ''),
    expected: expected ?? (generated ? usual.expected : ''),
    seed,
  };
}

function idsFrom(
  { ids, context, documents }: RunOptions,
  model: ModelInfo,
): RunRequest['prompt'] | null {
  if (!ids) return null;
  checkIds(ids, model);
  return {
    ids,
    context: whole('context', context ?? ids.length, 0, ids.length),
    documents: (documents ?? []).map((start) => whole('documents', start, 0, ids.length)),
  };
}

type RequestedStrategy = Pick<RunRequest, 'strategy' | 'calibration'>;

function strategyFrom(
  { strategy, set, calibration }: StrategyOptions,
  model: ModelInfo,
): RequestedStrategy {
  return {
    strategy: choiceFrom(strategy ?? 'dense', set ?? []),
    calibration: calibration === undefined ? model.calibration : calibrationFor(calibration, model),
  };
}

function samplingFrom({ temperature, topK, topP }: RunOptions, seed: number): Sampling {
  const random = topK !== undefined || topP !== undefined;
  return {
    temperature: between('temperature', temperature ?? (random ? 1 : 0), 0, 100),
    topK: whole('topK', topK ?? 0, 0, Number.MAX_SAFE_INTEGER),
    topP: between('topP', topP ?? 1, 0, 1),
    seed,
  };
}

function describeStrategies(): HeadlessStrategies {
  return {
    prefill: REGISTRY.prefill.map(describe),
    cache: REGISTRY.cache.map(describe),
    decode: REGISTRY.decode.map(describe),
    score: REGISTRY.score.map(describe),
    presets: PRESETS,
  };
}

function describe(entry: Entry<unknown, unknown>): StrategyEntry {
  const { id, title, summary, formula, tryThis, paper, parameters, calibration } = entry;
  const { causality = 'exact', traits = [] } = entry;
  const described = { id, title, summary, formula, tryThis, paper, parameters, causality, traits };
  return calibration ? { ...described, calibration } : described;
}

function checkIds(ids: number[], { vocabSize }: ModelInfo): void {
  if (!Array.isArray(ids) || ids.length === 0) {
    refuse('There are no token ids.', 'Give at least one, as in 0,12,7.');
  }
  for (const [index, id] of ids.entries()) whole(`ids[${index}]`, id, 0, vocabSize - 1);
}

function range(name: string, value: [number, number], end: number): [number, number] {
  const [from, to] = value;
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || from >= to || to > end) {
    refuse(
      `${name} must be a range from:to within 0:${end}, found ${from}:${to}.`,
      'The end is not included.',
    );
  }
  return [from, to];
}

function whole(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    refuse(
      `${name} must be a whole number from ${min} to ${max}, found ${value}.`,
      'Change it and try again.',
    );
  }
  return value;
}

function between(name: string, value: number, min: number, max: number): number {
  if (!(value >= min && value <= max)) {
    refuse(
      `${name} must be a number from ${min} to ${max}, found ${value}.`,
      'Change it and try again.',
    );
  }
  return value;
}

function refuse(what: string, advice: string): never {
  throw new TroubleError('bad-input', what, advice);
}

function inRows(cells: number[], rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, (_, row) => cells.slice(row * columns, (row + 1) * columns));
}
