import { expect, test } from 'vitest';
import { haystackText } from './haystacks';
import { randomWords } from './random-words';
import { splitSentences } from './sentences';

test('sentences of words, at least as many as tokens are wanted', () => {
  const text = randomWords(1, 2000);
  expect(text.split(' ').length).toBeGreaterThanOrEqual(2000);
  const sentences = splitSentences(text);
  expect(sentences.length).toBeGreaterThan(100);
  for (const sentence of sentences) expect(sentence).toMatch(/^ ?[A-Z][a-z]*( [a-z]+){3,11}\.$/);
});

test('the seed draws them', async () => {
  const ref = { id: 'random-words' };
  const text = await haystackText(ref, '', { seed: 5, length: 100 });
  expect(text).toBe(randomWords(5, 100));
  expect(text).not.toBe(randomWords(6, 100));
  expect(await haystackText(ref, '')).toBe(randomWords(0, null));
});
