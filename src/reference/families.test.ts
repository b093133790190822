import { describe, expect, test } from 'vitest';
import { parseConfig } from '../model/families/registry';
import { SMALL_MODELS } from '../model/families/testing';
import stored from './families.json';
import { lookUp, randomStream, randomWeights } from './random-model';
import { forward } from './transformer';

/**
 * The first logits after the last token, by a program of its own: NumPy, written from the published formulas
 * and reading tensors by their names in checkpoints. Two lengths, on both sides of every trained length.
 */
const STORED: Record<string, Record<string, number[]>> = stored;

const next = randomStream(5);
const IDS = Array.from({ length: 71 }, () => Math.floor(Math.abs(next()) * 61));

describe.each(Object.keys(SMALL_MODELS))('%s', (name) => {
  test.each([30, 71])('%i tokens give what another program gives', (tokens) => {
    const config = parseConfig(SMALL_MODELS[name].file);
    const weights = lookUp(randomWeights(config, 17));
    const logits = forward(config, weights, IDS.slice(0, tokens)).logits[tokens - 1];
    STORED[name][tokens].forEach((expected, i) => {
      expect(logits[i]).toBeCloseTo(expected, 8);
    });
  });
});
