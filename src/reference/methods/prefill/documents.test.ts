import { expect, test } from 'vitest';
import { documents } from './documents';
import { causalPairs, chunkOf, keysOfRow, ONE_HEAD, pairsOf, randomView } from './testing';

const prompt = (starts: number[]) => ({
  ...randomView(ONE_HEAD, 12),
  parts: { length: 12, context: 10, documents: starts },
});

test('documents see the instruction and themselves, the question sees everything', () => {
  const view = prompt([2, 5, 8]);
  const mask = documents()(view);
  const rows = view.queries[0].map((_, row) => keysOfRow(mask, view, row));
  expect(rows.slice(0, 2)).toEqual([[0], [0, 1]]);
  expect(rows[4]).toEqual([0, 1, 2, 3, 4]);
  expect(rows[5]).toEqual([0, 1, 5]);
  expect(rows[9]).toEqual([0, 1, 8, 9]);
  expect(rows[10]).toHaveLength(11);
  expect(rows[11]).toHaveLength(12);
});

test('a later chunk goes on with the same documents', () => {
  const chunk = chunkOf(prompt([2, 5]), 8, 12);
  const mask = documents()(chunk);
  expect(keysOfRow(mask, chunk, 1)).toEqual([0, 1, 5, 6, 7, 8, 9]);
  expect(keysOfRow(mask, chunk, 2)).toHaveLength(11);
});

test('without an instruction a document sees itself alone', () => {
  const view = prompt([0, 6]);
  expect(keysOfRow(documents()(view), view, 7)).toEqual([6, 7]);
});

test('one document is read densely', () => {
  const view = prompt([3]);
  expect(pairsOf(documents(), view).size).toBe(causalPairs(view));
});
