import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { splitSentences } from './sentences';

test('white space leads each sentence but the first', () => {
  expect(splitSentences('One day it rained. Tom said: "Go!" He went.\nA new paragraph.')).toEqual([
    'One day it rained.',
    ' Tom said: "Go!"',
    ' He went.',
    '\nA new paragraph.',
  ]);
});

test('a sentence goes on after a quoted exclamation and inside a number', () => {
  expect(splitSentences('"Look!" said Anna. It cost 3.50 in all. "No."')).toEqual([
    '"Look!" said Anna.',
    ' It cost 3.50 in all.',
    ' "No."',
  ]);
});

test('blank lines, indents and windows line ends stay with what follows', () => {
  expect(splitSentences('One\r\n\r\n  Two')).toEqual(['One', '\r\n\r\n  Two']);
});

test('a text without an end mark is one sentence', () => {
  expect(splitSentences('no end')).toEqual(['no end']);
  expect(splitSentences('')).toEqual([]);
});

test('loses nothing of a long text, and finds sentences of a readable size', () => {
  const file = new URL('../../public/haystacks/genesis.txt', import.meta.url);
  const text = readFileSync(file, 'utf8').trimEnd();
  const sentences = splitSentences(text);
  expect(sentences.join('')).toBe(text);
  expect(sentences.length).toBeGreaterThan(1200);
  expect(Math.max(...sentences.map(({ length }) => length))).toBeLessThan(800);
});
