import { expect, test } from 'vitest';
import { firstDifference } from './first-difference';

test('the first token at which answers differ', () => {
  expect(firstDifference([5, 6, 7], [5, 6, 7])).toBeNull();
  expect(firstDifference([5, 6, 7], [5, 8, 7])).toBe(1);
  expect(firstDifference([5, 6], [5, 6, 7])).toBe(2);
  expect(firstDifference([5, 6], [])).toBe(0);
  expect(firstDifference([], [])).toBeNull();
});
