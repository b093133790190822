import { expect, test } from 'vitest';
import { generateNeedle } from './needles';
import { isCorrect } from './score';

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed);

test('a needle answers its own question, and the question does not give it away', () => {
  for (const seed of SEEDS) {
    const { needle, question, expected } = generateNeedle(seed);
    expect(isCorrect(needle, expected)).toBe(true);
    expect(isCorrect(question, expected)).toBe(false);
  }
});

test('the same seed gives the same needle, other seeds give others', () => {
  expect(generateNeedle(7)).toEqual(generateNeedle(7));
  expect(new Set(SEEDS.map((seed) => generateNeedle(seed).needle)).size).toBeGreaterThan(190);
});

test('seed 0 hides a code of five digits', () => {
  expect(generateNeedle(0).needle).toMatch(/^The .+ of \w+ is [1-9]\d{4}\.$/);
});
