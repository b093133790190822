/** A model of every family, written to files, loaded, and held against the reference. */
import { describe, it } from 'vitest';
import { SMALL_MODELS } from '../model/families/testing';
import { smallCheckpoint } from './testing';
import { COMPILING, expectReference, randomIds } from './testing-reference';

const IDS = randomIds(71);
const NEW_TOKENS = 3;

describe.each(Object.keys(SMALL_MODELS))('%s', (name) => {
  it(
    'gives the logits of the reference, whole and in parts',
    async () => {
      const { checkpoint, weights } = await smallCheckpoint(name);
      // Sixty-four rows and less of a matrix fit the smallest binding.
      for (const largestBinding of name === 'gemma 2' ? [2 ** 20, 64 * 28 * 4] : [2 ** 20]) {
        await expectReference(checkpoint, weights, IDS, NEW_TOKENS, { largestBinding });
      }
    },
    COMPILING,
  );
});
