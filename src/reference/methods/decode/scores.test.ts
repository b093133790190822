import { expect, test } from 'vitest';
import { attentionScores, kvHeadOf } from './scores';
import { entriesOf, SHAPE, vector } from './testing';

test('a score is the scaled product plus the bias of the entry', () => {
  const entries = entriesOf([
    [1, 2, 3, 4],
    [1, 0, 0, 0],
  ]);
  entries[1].bias = 0.25;
  expect(attentionScores(vector(2, 0, 0, 1), entries)).toEqual([3, 1.25]);
});

test('consecutive query heads share a KV head', () => {
  expect([0, 1, 2, 3].map((head) => kvHeadOf(head, SHAPE))).toEqual([0, 0, 1, 1]);
});
