/** What the tests of the reference share: tiny random models and runs of them. */
import type { ModelConfig } from '../model/config';
import type { CacheEntry, MethodShape, PromptParts, ReferenceMethods } from './methods/method';
import type { ReferenceWeights } from './model';
import { lookUp, randomStream, randomWeights } from './random-model';
import { ReferenceRun } from './run';

/** The base of the angles of tiny models. */
export const THETA = 10000;

/** A Llama. */
export function tinyConfig(changes: Partial<ModelConfig> = {}): ModelConfig {
  const { headDim = 4 } = changes;
  return {
    family: 'llama',
    vocabSize: 23,
    hiddenSize: 12,
    intermediateSize: 16,
    layers: 2,
    heads: 4,
    kvHeads: 2,
    headDim,
    contextLength: 4096,
    norm: { kind: 'rms', eps: 1e-5, offset: 0 },
    postNorms: false,
    queryKeyNorm: false,
    parallelResidual: false,
    activation: 'silu',
    gated: true,
    biases: { qkv: false, attentionOut: false, mlp: false },
    positions: { kind: 'rotary', dims: headDim, rotation: { theta: THETA, scaling: null } },
    local: null,
    scoreScale: 1 / Math.sqrt(headDim),
    scoreCap: null,
    logitCap: null,
    embeddingScale: 1,
    tiedEmbeddings: true,
    bosId: 0,
    eosIds: [1],
    ...changes,
  };
}

export interface TinyModel {
  config: ModelConfig;
  weights: ReferenceWeights;
}

export function tinyModel(changes: Partial<ModelConfig> = {}, seed = 1): TinyModel {
  const config = tinyConfig(changes);
  return { config, weights: lookUp(randomWeights(config, seed)) };
}

export function randomIds(count: number, { vocabSize }: ModelConfig, seed = 2): number[] {
  const next = randomStream(seed);
  return Array.from({ length: count }, () => Math.floor(((next() + 1) / 2) * vocabSize));
}

/** A run that has read the prompt; `context` as in PromptParts. */
export function readRun(
  { config, weights }: TinyModel,
  methods: ReferenceMethods,
  ids: number[],
  { context = ids.length, chunk = 7 }: { context?: number; chunk?: number } = {},
): ReferenceRun {
  const parts: PromptParts = { length: ids.length, context, documents: [] };
  const run = new ReferenceRun(config, weights, methods, parts, 2 * ids.length);
  run.read(ids, chunk);
  return run;
}

/** Positions held, [layer][kvHead]. */
export function positionsOf(run: ReferenceRun): number[][][] {
  return run.entries.map((lists) => lists.map((list) => list.map(({ position }) => position)));
}

export const ONE_HEAD: MethodShape = { layers: 1, heads: 1, kvHeads: 1, headDim: 2 };

/** An entry at that position; its key and value are told by it. */
export function entryAt(position: number): CacheEntry {
  return {
    position,
    key: Float64Array.of(position, 1),
    value: Float64Array.of(1, position),
    bias: 0,
  };
}

/** Rows of weights as maps by position, from position 0 on. */
export function rowsOf(...rows: number[][]): Map<number, number>[] {
  return rows.map((row) => new Map(row.entries()));
}
