import { describe, expect, test } from 'vitest';
import { softmax } from '../../formulas';
import { randomStream } from '../../random-model';
import { dot, weightedSum } from '../../vectors';
import type { CacheEntry } from '../method';
import { compensation, razor } from './razor';

const VALUES = { heads: [[false, true]], sinks: 1, local: 1, protocol: 'prompt' } as const;
const KEYS = [
  [0, 1],
  [1, 0],
  [1, 0],
  [2, 0],
];
const CACHED = [
  [1, 0],
  [0, 1],
  [0, 1],
  [1, 1],
];
const LIST = KEYS.map(
  (key, position): CacheEntry => ({
    position,
    key: Float64Array.from(key),
    value: Float64Array.from(CACHED[position]),
    bias: 0,
  }),
);
const QUERY = Float64Array.of(1, 0);

function attended(list: CacheEntry[]): Float64Array {
  const { weights } = softmax(list.map((entry) => dot(QUERY, entry.key) + entry.bias));
  return weightedSum(
    weights,
    list.map((entry) => entry.value),
  );
}

function razorOf(): ReturnType<typeof razor> {
  return razor({ ...VALUES, heads: [[false, true]] });
}

function randomEntries(count: number): CacheEntry[] {
  const next = randomStream(5);
  return Array.from({ length: count }, (_, position) => ({
    position,
    key: Float64Array.from({ length: 2 }, () => 3 * next()),
    value: Float64Array.from({ length: 2 }, next),
    bias: 0,
  }));
}

describe('RazorAttention', () => {
  test('equal dropped keys are compensated exactly', () => {
    const [first, second] = razorOf().compress?.([[LIST, LIST]])[0] ?? [];
    expect(first.map(({ position }) => position)).toEqual([0, 2, 3]);
    expect(second).toEqual(LIST);
    const compensated = attended(first);
    attended(LIST).forEach((full, i) => {
      expect(compensated[i]).toBeCloseTo(full, 12);
      expect(full).toBeCloseTo([0.6068, 0.9277][i], 4);
    });
    const without = attended([LIST[0], LIST[3]]);
    expect(without[0]).toBeCloseTo(1, 12);
    expect(without[1]).toBeCloseTo(0.8808, 4);
  });

  test('the compensation entry never gets more than what it stands for (Jensen)', () => {
    const dropped = randomEntries(20);
    const { key, bias } = compensation(dropped);
    const sum = dropped.reduce((total, entry) => total + Math.exp(dot(QUERY, entry.key)), 0);
    const compensated = Math.exp(dot(QUERY, key) + bias);
    expect(compensated).toBeLessThan(sum);
    expect(compensated).toBeGreaterThan(0);
    expect(bias).toBeCloseTo(Math.log(20), 12);
  });

  test('entries that leave later are folded into it', () => {
    const list = randomEntries(12);
    const method = razorOf();
    let held = method.compress?.([[list.slice(0, 5), list.slice(0, 5)]]) ?? [];
    for (const added of [[5], [6, 7, 8], [9], [10], [11]]) {
      const more = added.map((position) => list[position]);
      held = method.afterTokens?.(held.map((lists) => lists.map((own) => [...own, ...more]))) ?? [];
      expect(held[0][0]).toHaveLength(3);
    }
    const [sink, merged, newest] = held[0][0];
    const wanted = compensation(list.slice(1, 11));
    expect([sink, newest]).toEqual([list[0], list[11]]);
    expect(merged.position).toBe(10);
    expect(merged.bias).toBeCloseTo(Math.log(10), 12);
    for (const i of [0, 1]) {
      expect(merged.key[i]).toBeCloseTo(wanted.key[i], 12);
      expect(merged.value[i]).toBeCloseTo(wanted.value[i], 12);
    }
    expect(held[0][1]).toEqual(list);
  });

  test('what fits stays, and folding begins when it no longer does', () => {
    const method = razorOf();
    const short = [LIST.slice(0, 2), LIST.slice(0, 2)];
    expect(method.compress?.([short])).toEqual([short]);
    const held = method.afterTokens?.([[LIST.slice(0, 3), LIST.slice(0, 3)]]);
    expect(held?.[0][0]).toEqual(LIST.slice(0, 3));
  });
});
