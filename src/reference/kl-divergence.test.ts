import { expect, test } from 'vitest';
import { klDivergence } from './kl-divergence';

test('of coins, by hand', () => {
  const coin = (heads: number) => [Math.log(heads), Math.log(1 - heads)];
  const expected = 0.5 * Math.log(0.5 / 0.9) + 0.5 * Math.log(0.5 / 0.1);
  expect(klDivergence(coin(0.5), coin(0.9))).toBeCloseTo(expected, 12);
});

test('does not change when logits are shifted, and is 0 for equal distributions', () => {
  const p = [1, -2, 0.5];
  const q = [0, 3, -1];
  const shifted = q.map((logit) => logit + 7);
  expect(klDivergence(p, shifted)).toBeCloseTo(klDivergence(p, q), 12);
  expect(klDivergence(q, shifted)).toBeCloseTo(0, 12);
});
