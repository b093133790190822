import { defaultPrompt } from '../needle/default-prompt';
import type { PromptSpec } from '../needle/prompt-spec';
import { choiceFrom, PRESETS } from '../strategies/presets';
import { REGISTRY, type StrategyChoice } from '../strategies/registry';
import type { Description, Parameter } from '../strategies/schema';
import { TroubleError } from '../trouble';
import { unwrap } from '../worker/client';
import type { EngineApi, ModelInfo, RunRequest, RunResult, Sampling } from '../worker/protocol';
import type {
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

export type HeadlessEngine = Pick<EngineApi, 'run' | 'logits' | 'tile' | 'heads'>;

const MAX_TOKENS = 48;
const TOP_LOGITS = 10;
const LARGEST_SEED = 2 ** 32 - 1;

/** Offers the page's engine as `window.needlescope`, for the command line, tests and the console. */
export function installHeadlessApi(engine: HeadlessEngine, modelReady: Promise<ModelInfo>): void {
  window.needlescope = createHeadlessApi(engine, modelReady);
}

/** One call at a time: a run replaces the run before, so calls must not overlap. */
export function createHeadlessApi(
  engine: HeadlessEngine,
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
    run: (options) => inTurn(() => run(engine, options)),
    logits: ({ ids, top }) =>
      inTurn(async (model) => {
        checkIds(ids, model);
        const wanted = whole('top', top ?? TOP_LOGITS, 1, model.vocabSize);
        return unwrap(await engine.logits(ids, wanted));
      }),
    tile: (options) => inTurn((model) => tile(engine, options, model)),
    heads: (options) => inTurn((model) => heads(engine, options, model)),
    strategies: async () => describeStrategies(),
  };
}

async function run(engine: HeadlessEngine, options: RunOptions): Promise<HeadlessRun> {
  const prompt = promptFrom(options);
  const { haystack, length, depth, needle, question } = prompt;
  const result = unwrap(
    await engine.run({
      prompt,
      strategy: strategyFrom(options),
      sampling: samplingFrom(options, prompt.seed),
      maxTokens: whole('maxTokens', options.maxTokens ?? MAX_TOKENS, 0, Number.MAX_SAFE_INTEGER),
      inspect: false,
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
  };
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
  unwrap(await engine.run(readOnly({ ids }, strategyFrom(options))));
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
  unwrap(await engine.run(readOnly(promptFrom(options), strategyFrom(options))));
  const { sink } = unwrap(await engine.heads());
  const { layers, heads } = model;
  return { layers, heads, sink: inRows(Array.from(sink), layers, heads) };
}

/** A request that reads a prompt, generates nothing and can be looked into afterwards. */
function readOnly(prompt: RunRequest['prompt'], strategy: StrategyChoice): RunRequest {
  return { prompt, strategy, sampling: samplingFrom({}, 0), maxTokens: 0, inspect: true };
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

function strategyFrom({ strategy, set }: StrategyOptions): StrategyChoice {
  return choiceFrom(strategy ?? 'dense', set ?? []);
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

function describe(entry: Description & { parameters: Parameter[] }): StrategyEntry {
  const { id, title, summary, formula, tryThis, paper, parameters } = entry;
  return { id, title, summary, formula, tryThis, paper, parameters };
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
