import { describe, expect, test } from 'vitest';
import type { AttentionMap } from './attention-map';
import { columnsOf, hiddenSinks } from './columns';
import { headDistance, normalisedEntropy, strongestKey } from './row-statistics';
import { influence, localAndGlobal, meanOf, waad } from './token-curves';

const mapOf = (...rows: number[][]): AttentionMap => rows.map((row) => new Map(row.entries()));
/** The example that papers on eviction are checked with. */
const EXAMPLE = mapOf([1], [0.6, 0.4], [0.5, 0.1, 0.4], [0.2, 0.1, 0.4, 0.3]);
const rounded = (values: (number | null)[]) =>
  values.map((value) => (value === null ? null : Number(value.toFixed(3))));
const uniform = (tokens: number) =>
  mapOf(...Array.from({ length: tokens }, (_, i) => new Array(i + 1).fill(1 / (i + 1))));

describe('rows', () => {
  test('entropy over the logarithm of the keys seen', () => {
    const byLogs = [1, 2, 3].map((i) => (normalisedEntropy(EXAMPLE[i]) ?? 0) * Math.log(i + 1));
    expect(rounded(byLogs)).toEqual([0.673, 0.943, 1.28]);
    expect(normalisedEntropy(EXAMPLE[0])).toBeNull();
    expect(rounded(uniform(5).map(normalisedEntropy))).toEqual([null, 1, 1, 1, 1]);
  });

  test('distance and the strongest key, the first of equals', () => {
    expect(headDistance(EXAMPLE)).toBeCloseTo((0 + 0.6 + 1.1 + 1.2) / 4);
    expect(EXAMPLE.map(strongestKey)).toEqual([0, 0, 0, 2]);
    expect(
      strongestKey(
        new Map([
          [4, 0.5],
          [2, 0.5],
        ]),
      ),
    ).toBe(2);
  });
});

describe('columns', () => {
  test('means over the rows that saw the key', () => {
    expect(rounded(columnsOf(EXAMPLE).map(({ mean }) => mean))).toEqual([0.575, 0.2, 0.4, 0.3]);
    const windowed: AttentionMap = [new Map([[0, 1]]), new Map([[1, 1]])];
    expect(columnsOf(windowed)).toEqual([
      { mean: 1, rows: 1 },
      { mean: 1, rows: 1 },
    ]);
  });

  test('hidden sinks are above the threshold, and not the first that is', () => {
    expect(hiddenSinks(columnsOf(EXAMPLE), 0.3)).toEqual([2]);
    expect(hiddenSinks(columnsOf(EXAMPLE), 0.1)).toEqual([1, 2, 3]);
    expect(hiddenSinks(columnsOf(EXAMPLE), 0.6)).toEqual([]);
  });
});

describe('curves along the text', () => {
  test('WAAD cuts distances', () => {
    expect(rounded(waad([EXAMPLE], 2))).toEqual([0, 0.6, 1.1, 1]);
    const itself: AttentionMap = [0, 1, 2].map((i) => new Map([[i, 1]]));
    expect(waad([itself])).toEqual([0, 0, 0]);
    expect(rounded(waad([EXAMPLE, itself.concat(new Map([[3, 1]]))], 2))).toEqual([
      0, 0.3, 0.55, 0.5,
    ]);
  });

  test('FAI looks 10 to 100 tokens ahead, both included', () => {
    const spike: AttentionMap = Array.from(
      { length: 130 },
      (_, i) => new Map([[0, i === 9 || i === 101 ? 100 : i === 10 || i === 100 ? 91 : 0]]),
    );
    const [first, second] = influence(spike);
    expect(first).toBeCloseTo(2);
    expect(second).toBeNaN();
    expect(influence(uniform(12)).slice(2).every(Number.isNaN)).toBe(true);
    expect(influence(uniform(12))[1]).toBeCloseTo(1 / 12);
    expect(meanOf([Number.NaN, 2, 4])).toBe(3);
  });

  test('the nearest and the farthest 30 % of the heads', () => {
    const near = mapOf([1], [0, 1]);
    const far = mapOf([1], [1, 0]);
    const middle = mapOf([1], [0.5, 0.5]);
    expect(localAndGlobal([middle, far, near])).toEqual({ local: [2], global: [1] });
    const ten = [far, middle, middle, near, middle, near, far, near, middle, far];
    expect(localAndGlobal(ten)).toEqual({ local: [3, 5, 7], global: [0, 6, 9] });
  });
});
