import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createTokenizer } from '../model/tokenizer';
import { passageIds } from './passage';

const read = (path: string) =>
  readFileSync(new URL(`../../public/${path}`, import.meta.url), 'utf8');
const tokenizer = createTokenizer(
  JSON.parse(read('models/needle-2.4m/tokenizer.json')),
  JSON.parse(read('models/needle-2.4m/tokenizer_config.json')),
);
const TEXT = 'It rained. Tom sat down. Then Ann came in. She sang.';
const passage = (start: number, length: number, text = TEXT, bosId: number | null = 0) =>
  passageIds({ start, length }, text, tokenizer, bosId);

test('a passage is the first token and the text from a sentence on, cut at the length', () => {
  const genesis = read('haystacks/genesis.txt');
  for (const length of [2, 3, 100, 1000]) {
    const ids = passage(30, length, genesis);
    expect(ids).toHaveLength(length);
    expect(ids[0]).toBe(0);
    expect(genesis).toContain(tokenizer.decode(ids.subarray(1)).trim());
  }
});

test('it begins with the sentence that holds the start', () => {
  const begins = (start: number) => tokenizer.decode(passage(start, 50).subarray(1)).trim();
  expect(begins(0)).toBe(TEXT);
  expect(begins(19)).toBe(TEXT);
  expect(begins(20)).toBe('Tom sat down. Then Ann came in. She sang.');
  expect(begins(99)).toBe('She sang.');
});

test('a text that ends before gives fewer tokens, and none twice', () => {
  const ids = passage(0, 10_000);
  expect(tokenizer.decode(ids.subarray(1)).trim()).toBe(TEXT);
  expect(passage(0, 10_000, TEXT, null)).toHaveLength(ids.length - 1);
});

test.each([
  [-1, 10],
  [101, 10],
  [Number.NaN, 10],
  [0, 1],
  [0, 2.5],
  [100, 10],
])('start %d %% and length %d are refused', (start, length) => {
  expect(() => passage(start, length)).toThrow();
});
