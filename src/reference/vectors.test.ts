import { expect, test } from 'vitest';
import { cosine, dot, mean, normalised, weightedSum } from './vectors';

const vector = (...values: number[]) => Float64Array.from(values);

test('dot, mean and weighted sum', () => {
  expect(dot([1, 2, 3], [4, 5, 6])).toBe(32);
  expect([...mean([vector(1, 2), vector(3, 6)])]).toEqual([2, 4]);
  expect([...weightedSum([2, -1], [vector(1, 2), vector(3, 6)])]).toEqual([-1, -2]);
});

test('a vector is brought to length 1, and zero stays zero', () => {
  expect([...normalised(vector(3, 4))]).toEqual([0.6, 0.8]);
  expect([...normalised(vector(0, 0))]).toEqual([0, 0]);
});

test('cosine knows no lengths', () => {
  expect(cosine(vector(2, 0), vector(5, 5))).toBeCloseTo(Math.SQRT1_2, 12);
  expect(cosine(vector(1, 2), vector(-2, -4))).toBeCloseTo(-1, 12);
  expect(cosine(vector(1, 2), vector(0, 0))).toBe(0);
});
