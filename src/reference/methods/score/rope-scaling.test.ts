import { describe, expect, test } from 'vitest';
import { range } from '../decode/range';
import { ntkBase, type RopeScalingValues, ropeScaling, yarnBounds } from './rope-scaling';

const SHAPE = { layers: 1, heads: 1, kvHeads: 1, headDim: 64, ropeTheta: 10000 };
const METHODS = ['linear', 'ntk', 'dynamic-ntk', 'yarn'] as const;

function frequencies(
  method: RopeScalingValues['method'],
  factor: number,
  length = 8192,
): { pairs: number[]; scale: number } {
  const rope = ropeScaling({ method, factor, trained: 2048 }, SHAPE).rope?.(length);
  if (!rope) throw new Error('The rule rescales nothing.');
  return { pairs: range(0, 32).map(rope.frequency), scale: rope.scale };
}

const trained = range(0, 32).map((pair) => 10000 ** (-pair / 32));

function expectClose(found: number[], expected: number[]): void {
  found.forEach((value, pair) => {
    expect(value / expected[pair]).toBeCloseTo(1, 12);
  });
}

test.each(METHODS)('%s by 1 changes nothing within the trained length', (method) => {
  const { pairs, scale } = frequencies(method, 1, 2048);
  expectClose(pairs, trained);
  expect(scale).toBe(1);
});

test('linear: every pair turns slower by the factor', () => {
  expectClose(
    frequencies('linear', 4).pairs,
    trained.map((value) => value / 4),
  );
});

test('NTK-aware: the first pair keeps its speed, the last is slower by the factor', () => {
  expect(ntkBase(4, 64, 10000)).toBeCloseTo(41829, 0);
  const { pairs } = frequencies('ntk', 4);
  expect(pairs[0]).toBe(1);
  expect(pairs[16]).toBeCloseTo(41829 ** -0.5, 6);
  expect(pairs[31] / trained[31]).toBeCloseTo(1 / 4, 12);
});

test('dynamic NTK: the factor grows with the length of the run', () => {
  expectClose(frequencies('dynamic-ntk', 2, 2048).pairs, trained);
  expectClose(frequencies('dynamic-ntk', 2, 100).pairs, trained);
  expectClose(frequencies('dynamic-ntk', 2, 4096).pairs, frequencies('ntk', 3).pairs);
});

describe('YaRN', () => {
  test('goes over from pair 8 to pair 21', () => {
    expect(yarnBounds(2048, SHAPE)).toEqual({ low: 8, high: 21 });
    const { pairs, scale } = frequencies('yarn', 4);
    expectClose(pairs.slice(0, 9), trained.slice(0, 9));
    expectClose(
      pairs.slice(21),
      trained.slice(21).map((value) => value / 4),
    );
    const ramp = 5 / 13;
    expect(pairs[13] / trained[13]).toBeCloseTo(1 - ramp + ramp / 4, 12);
    expect(scale).toBeCloseTo(1.1386, 4);
  });

  test('keeps its bounds within the pairs where heads are small', () => {
    const { low, high } = yarnBounds(128, { ...SHAPE, headDim: 4 });
    expect(low).toBe(0);
    expect(high).toBe(1);
    expect(yarnBounds(6, SHAPE)).toEqual({ low: 0, high: 0.001 });
  });
});
