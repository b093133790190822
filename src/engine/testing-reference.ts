import { expect } from 'vitest';
import { readBack } from '../gpu/read-back';
import type { Checkpoint } from '../model/checkpoint';
import { lookUp, randomStream } from '../reference/random-model';
import { DENSE, forward } from '../reference/transformer';
import { createGpuModel, type Placing } from './gpu-model';
import { testGpu } from './test-gpu';
import { GREEDY, runToEnd, testStrategy } from './testing';

/** A software adapter compiles the shaders of a model in seconds, on a busy machine in many; in milliseconds. */
export const COMPILING = 180_000;

/** Ids of a vocabulary of 61. */
export function randomIds(count: number, seed = 5): number[] {
  const next = randomStream(seed);
  return Array.from({ length: count }, () => Math.floor(Math.abs(next()) * 61));
}

/**
 * Reads the prompt, generates a little, and holds the last logits against the reference, as a share of the
 * largest: 1e-4.
 * @param weights what the reference computes with
 * @returns bytes of the weights on the GPU
 */
export async function expectReference(
  checkpoint: Checkpoint,
  weights: Map<string, Float32Array>,
  ids: number[],
  maxTokens: number,
  placing: Placing = {},
): Promise<number> {
  const { config } = checkpoint;
  const model = await createGpuModel(await testGpu(), checkpoint, 'f32', placing);
  const run = await runToEnd(model, {
    ids,
    strategy: testStrategy(),
    sampling: GREEDY,
    maxTokens,
    inspect: false,
  });
  const fed = [...ids, ...run.generated].slice(0, -1);
  const expected = forward(config, lookUp(weights), fed, DENSE, ids.length).logits;
  const greedy = expected.slice(ids.length - 1).map((row) => row.indexOf(Math.max(...row)));
  expect(run.generated).toEqual(greedy);
  const logits = await readBack(model.device, run.forward.logits, config.vocabSize * 4);
  const found = new Float32Array(logits);
  const wanted = expected[fed.length - 1];
  const largest = Math.max(...wanted.map(Math.abs));
  const error = Math.max(...wanted.map((value, i) => Math.abs(value - found[i]))) / largest;
  expect(error).toBeLessThan(1e-4);
  const bytes = model.weights.buffers.bytes - model.ropeTable.size;
  run.destroy();
  model.destroy();
  return bytes;
}
