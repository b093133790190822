import { expect, test } from 'vitest';
import { documentStarts } from './documents';
import type { PreparedPrompt } from './prompt-spec';

const prompt = (pieces: string[], questionSpan: [number, number] | null = null) =>
  ({ pieces, questionSpan }) as PreparedPrompt;

test('documents begin after line breaks, and the question is none', () => {
  const pieces = ['<s>', 'One', '.', '\n', '\n', 'Two', '.', '\n', 'Three', 'Question', ':'];
  expect(documentStarts(prompt(pieces, [9, 11]))).toEqual([1, 5, 8]);
});

test('a text in one line is cut into equal pieces', () => {
  const pieces = Array.from({ length: 140 }, () => 'a');
  expect(documentStarts(prompt(pieces))).toEqual([1, 65, 129]);
  expect(documentStarts(prompt(pieces, [100, 140]))).toEqual([1, 65]);
});

test('a prompt that is all question has none', () => {
  expect(documentStarts(prompt(['<s>', 'Q'], [1, 2]))).toEqual([]);
});
