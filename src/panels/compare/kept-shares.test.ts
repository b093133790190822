import { expect, test } from 'vitest';
import { keptShares, meanShare } from './kept-shares';

const KEPT = {
  run: [Uint32Array.of(0, 1, 2, 7), Uint32Array.of(3)],
  compared: [Uint32Array.of(2, 1, 5), Uint32Array.of(3, 0)],
};

test('one head: each position is kept by both, one or neither', () => {
  const shares = keptShares(KEPT, 6, [0]);
  expect(shares).toEqual({
    both: Float32Array.of(0, 1, 1, 0, 0, 0),
    onlyRun: Float32Array.of(1, 0, 0, 0, 0, 0),
    onlyCompared: Float32Array.of(0, 0, 0, 0, 0, 1),
    neither: Float32Array.of(0, 0, 0, 1, 1, 0),
  });
  expect(meanShare(shares, 4, 5)).toEqual({ both: 0, onlyRun: 0, onlyCompared: 0, neither: 1 });
});

test('several heads: shares of them, and means over positions', () => {
  const shares = keptShares(KEPT, 6, [0, 1]);
  expect(shares.onlyRun[0]).toBe(0.5);
  expect(shares.onlyCompared[0]).toBe(0.5);
  expect(shares.both[3]).toBe(0.5);
  expect(meanShare(shares, 0, 4)).toEqual({
    both: 1.5 / 4,
    onlyRun: 0.5 / 4,
    onlyCompared: 0.5 / 4,
    neither: 1.5 / 4,
  });
});
