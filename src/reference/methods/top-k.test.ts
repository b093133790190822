import { expect, test } from 'vitest';
import { topIndices } from './top-k';

test('the highest scores, in the order of the text', () => {
  expect(topIndices([0.1, 0.9, 0.3, 0.7], 2)).toEqual([1, 3]);
  expect(topIndices([0.1, 0.9], 5)).toEqual([0, 1]);
  expect(topIndices([0.1, 0.9], 0)).toEqual([]);
  expect(topIndices([0.1, 0.9], -3)).toEqual([]);
});

test('among equal scores the newer entry wins', () => {
  expect(topIndices([1, 2, 1, 1], 3)).toEqual([1, 2, 3]);
  expect(topIndices([Number.POSITIVE_INFINITY, 5, Number.POSITIVE_INFINITY], 1)).toEqual([2]);
});
