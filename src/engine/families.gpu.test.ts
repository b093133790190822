/** A model of every family, written to files, loaded, and held against the reference. */
import { describe, expect, it } from 'vitest';
import { readBack } from '../gpu/read-back';
import { SMALL_MODELS } from '../model/families/testing';
import { lookUp, randomStream } from '../reference/random-model';
import { DENSE, forward } from '../reference/transformer';
import { createGpuModel } from './gpu-model';
import { testGpu } from './test-gpu';
import { GREEDY, runToEnd, smallCheckpoint, testStrategy } from './testing';

const PROMPT = 71;
const NEW_TOKENS = 3;
/** All shaders of a model, on a busy machine without a GPU, in milliseconds. */
const COMPILING = 180_000;

const next = randomStream(5);
const IDS = Array.from({ length: PROMPT }, () => Math.floor(Math.abs(next()) * 61));

describe.each(Object.keys(SMALL_MODELS))('%s', (name) => {
  it(
    'gives the logits of the reference, whole and in parts',
    async () => {
      const { checkpoint, weights } = await smallCheckpoint(name);
      const { config } = checkpoint;
      // Sixty-four rows and less of a matrix fit the smallest binding.
      for (const largestBinding of name === 'gemma 2' ? [2 ** 20, 64 * 28 * 4] : [2 ** 20]) {
        const model = await createGpuModel(await testGpu(), checkpoint, 'f32', { largestBinding });
        const run = await runToEnd(model, {
          ids: IDS,
          strategy: testStrategy(),
          sampling: GREEDY,
          maxTokens: NEW_TOKENS,
          inspect: false,
        });
        const fed = [...IDS, ...run.generated].slice(0, -1);
        const expected = forward(config, lookUp(weights), fed, DENSE, PROMPT).logits;
        const greedy = expected.slice(PROMPT - 1).map((row) => row.indexOf(Math.max(...row)));
        expect(run.generated).toEqual(greedy);
        const bytes = await readBack(model.device, run.forward.logits, config.vocabSize * 4);
        expect(relativeDifference(new Float32Array(bytes), expected[fed.length - 1])).toBeLessThan(
          1e-4,
        );
        run.destroy();
        model.destroy();
      }
    },
    COMPILING,
  );
});

/** The largest difference, as a share of the largest expected number. */
function relativeDifference(found: ArrayLike<number>, expected: Float64Array): number {
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - found[i]))) / largest;
}
