import { expect, test } from 'vitest';
import { surprisals } from './surprisal';

test('a surprisal is the negative logarithm of the probability that the row before gave', () => {
  const logits = [
    [0, Math.log(3), 0, 0],
    [0, 0, 0, 0],
    [9, 9, 9, 9],
  ];
  const found = surprisals(logits, [2, 1, 0]);
  expect(found[0]).toBeNaN();
  expect(found[1]).toBeCloseTo(-Math.log(3 / 6), 12);
  expect(found[2]).toBeCloseTo(Math.log(4), 12);
});

test('large logits do not overflow', () => {
  expect(
    surprisals(
      [
        [1000, 0],
        [0, 0],
      ],
      [0, 1],
    )[1],
  ).toBeCloseTo(1000, 9);
});
