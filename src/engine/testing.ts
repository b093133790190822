/** What the browser tests of engine and probes share: random models on the real device. */
import { type Checkpoint, openCheckpoint } from '../model/checkpoint';
import type { ModelConfig } from '../model/config';
import { parseConfig, rolesOf } from '../model/families/registry';
import { SMALL_MODELS, storedNames } from '../model/families/testing';
import { memoryFiles } from '../model/memory-files';
import { tensorShapes } from '../model/roles';
import { writeSafetensors } from '../model/safetensors-writer';
import type { StoredTensor } from '../model/tensor';
import { randomWeights } from '../reference/random-model';
import { tinyConfig } from '../reference/testing';
import { createGpuModel, type GpuModel } from './gpu-model';
import { Run } from './run';
import type { RunOptions } from './run-options';
import type { CachePolicy, HeadWindow, Strategy } from './strategy';
import { testGpu } from './test-gpu';

export const GREEDY = { temperature: 0, topK: 0, topP: 1, seed: 0 };

export function testConfig(changes: Partial<ModelConfig> = {}): ModelConfig {
  return tinyConfig({
    vocabSize: 61,
    hiddenSize: 24,
    intermediateSize: 40,
    heads: 3,
    kvHeads: 1,
    headDim: 8,
    ...changes,
  });
}

/** A strategy that computes everything and keeps what the window lets a query see. */
export function testStrategy(
  window: Partial<HeadWindow & Pick<CachePolicy, 'positions'>> = {},
  score: Partial<Strategy['score']> = {},
): Strategy {
  const { sinks = 0, recent = Number.POSITIVE_INFINITY, positions = 'original' } = window;
  return {
    prefill: { parts: [] },
    cache: { positions, windowOf: () => ({ sinks, recent }) },
    decode: {},
    score: { temperature: 1, maskedHeads: [], ...score },
  };
}

/** A checkpoint of random f32 tensors, and the same tensors for the reference. */
export function randomCheckpoint(
  config: ModelConfig,
  seed: number,
): { checkpoint: Checkpoint; weights: Map<string, Float32Array> } {
  const weights = randomWeights(config, seed);
  const tensors = new Map<string, StoredTensor>();
  const roles = rolesOf(config);
  for (const [name, shape] of tensorShapes(roles)) {
    const values = weights.get(name) ?? new Float32Array();
    const bytes = new Uint8Array(values.slice().buffer);
    tensors.set(name, { name, type: 'F32', shape, bytes: bytes.length, read: async () => bytes });
  }
  const nothing = {
    url: '',
    name: 'random',
    tokenizer: null,
    chatTemplate: null,
    bytes: 0,
    parameters: 0,
  };
  return { checkpoint: { ...nothing, config, roles, tensors }, weights };
}

/** One of the small models as its files hold it, opened, with the weights that are in them. */
export async function smallCheckpoint(
  name: string,
): Promise<{ checkpoint: Checkpoint; weights: Map<string, Float32Array> }> {
  const { file, prefix } = SMALL_MODELS[name];
  const config = parseConfig(file);
  const weights = randomWeights(config, 17);
  const tensors = storedNames(config, prefix).map(({ name, stored, shape }) => {
    const values = weights.get(name) ?? new Float32Array();
    return { name: stored, dtype: 'F32', shape, bytes: new Uint8Array(values.slice().buffer) };
  });
  const files = memoryFiles({
    'config.json': JSON.stringify(file),
    'model.safetensors': writeSafetensors(tensors),
  });
  return { checkpoint: await openCheckpoint(files), weights };
}

/** A random model, on the GPU and as tensors for the reference. */
export async function randomModel(
  config: ModelConfig,
  seed: number,
): Promise<{ model: GpuModel; weights: Map<string, Float32Array> }> {
  const { checkpoint, weights } = randomCheckpoint(config, seed);
  const model = await createGpuModel(await testGpu(), checkpoint, 'f32');
  return { model, weights };
}

/** Reads the prompt and generates to the end, with no one watching. */
export async function runToEnd(model: GpuModel, options: RunOptions): Promise<Run> {
  const run = await Run.create(model, options);
  while (!run.promptRead) await run.readChunk();
  while (run.generated.length < options.maxTokens) await run.decodeToken();
  return run;
}
