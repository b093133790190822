import { expect, test } from 'vitest';
import { binSize, perplexityBins, perplexityOf, perplexityRatios } from './perplexity-bins';

test('bins have 256 tokens, fewer in short texts', () => {
  expect([2, 100, 512, 1000, 1024, 4096, 100_000].map(binSize)).toEqual([
    32, 32, 32, 32, 64, 256, 256,
  ]);
});

test('perplexity is the exponential of the mean surprisal; the first token does not count', () => {
  const surprisals = Float32Array.of(Number.NaN, Math.log(2), Math.log(8), Math.log(5));
  expect(perplexityOf(surprisals, 0, 3)).toBeCloseTo(4, 6);
  expect(perplexityOf(surprisals, 3, 4)).toBeCloseTo(5, 6);
  expect(perplexityOf(surprisals, 0, 1)).toBeNull();
});

test('a bin is told when it is full, the last one when the text is over', () => {
  const surprisals = new Float32Array(80).fill(Math.log(3));
  surprisals[0] = Number.NaN;
  const told = (read: number) =>
    perplexityBins(surprisals, read).map(({ from, to, perplexity }) => [
      from,
      to,
      Math.round(perplexity * 1e4) / 1e4,
    ]);
  expect(told(31)).toEqual([]);
  expect(told(79)).toEqual([
    [0, 32, 3],
    [32, 64, 3],
  ]);
  expect(told(80).at(-1)).toEqual([64, 80, 3]);
});

test('the mean so far is over all the text up to the end of the bin', () => {
  const surprisals = Float32Array.from({ length: 80 }, (_, i) => (i < 32 ? 1 : 2));
  surprisals[0] = Number.NaN;
  const soFar = perplexityBins(surprisals, 80, 'so-far').map(({ perplexity }) =>
    Math.log(perplexity),
  );
  expect(soFar[0]).toBeCloseTo(1, 6);
  expect(soFar[1]).toBeCloseTo((31 + 64) / 63, 6);
  expect(soFar[2]).toBeCloseTo((31 + 96) / 79, 6);
  const all = perplexityOf(surprisals, 0, 80);
  expect(Math.exp(soFar[2])).toBeCloseTo(all ?? 0, 6);
});

test('a ratio is told where both are known', () => {
  const bin = (from: number, perplexity: number) => ({ from, to: from + 32, perplexity });
  const ratios = perplexityRatios([bin(0, 8), bin(32, 6), bin(64, 1)], [bin(0, 2), bin(32, 4)]);
  expect(ratios).toEqual([bin(0, 4), bin(32, 1.5)]);
});
