import { describe, expect, test } from 'vitest';
import { randomStream } from '../../random-model';
import type { CacheEntry } from '../method';
import { quantised, quantiseGroup, restored } from './quantised';

function randomEntries(count: number, headDim: number): CacheEntry[] {
  const next = randomStream(9);
  const vector = () => Float64Array.from({ length: headDim }, next);
  return Array.from({ length: count }, (_, position) => ({
    position,
    key: vector(),
    value: vector(),
    bias: 0,
  }));
}

describe('a group', () => {
  test('two bits over 0 … 1', () => {
    const group = quantiseGroup([0, 0.2, 0.7, 1], 2);
    expect(group.codes).toEqual([0, 1, 2, 3]);
    restored(group).forEach((value, i) => {
      expect(value).toBeCloseTo([0, 1 / 3, 2 / 3, 1][i], 12);
    });
  });

  test('equal values stay as they are', () => {
    expect(restored(quantiseGroup([0.3, 0.3, 0.3], 4))).toEqual([0.3, 0.3, 0.3]);
  });

  test.each([8, 4, 2])('%i bits: no error above half a step', (bits) => {
    const next = randomStream(bits);
    const values = Array.from({ length: 32 }, () => 5 * next());
    const group = quantiseGroup(values, bits);
    expect(Math.min(...group.codes)).toBe(0);
    expect(Math.max(...group.codes)).toBe(2 ** bits - 1);
    restored(group).forEach((value, i) => {
      expect(Math.abs(value - values[i])).toBeLessThanOrEqual(group.scale / 2 + 1e-12);
    });
  });
});

describe('KIVI-style cache', () => {
  const list = randomEntries(12, 6);

  test('keys share a scale per channel over tokens, values per token over channels', () => {
    const held = quantised({ bits: 4, group: 4, residual: 0 }).compress?.([[list]])[0][0] ?? [];
    expect(held).toHaveLength(12);
    const keys = restored(
      quantiseGroup(
        [4, 5, 6, 7].map((token) => list[token].key[3]),
        4,
      ),
    );
    expect([4, 5, 6, 7].map((token) => held[token].key[3])).toEqual(keys);
    const value = [...list[5].value];
    expect([...held[5].value]).toEqual([
      ...restored(quantiseGroup(value.slice(0, 4), 4)),
      ...restored(quantiseGroup(value.slice(4), 4)),
    ]);
    expect(held[5].key).not.toEqual(list[5].key);
  });

  test('whole groups before the newest `residual` entries, each only once', () => {
    const method = quantised({ bits: 4, group: 4, residual: 3 });
    const exact = (held: CacheEntry[] | undefined) =>
      held?.filter((entry) => list.includes(entry)).map(({ position }) => position);
    const first = method.compress?.([[list.slice(0, 10)]])[0][0] ?? [];
    expect(exact(first)).toEqual([4, 5, 6, 7, 8, 9]);
    const second = method.afterTokens?.([[[...first, list[10]]]])[0][0] ?? [];
    expect(exact(second)).toEqual([8, 9, 10]);
    expect(second.slice(0, 4)).toEqual(first.slice(0, 4));
    second.slice(0, 4).forEach((entry, i) => {
      expect(entry).toBe(first[i]);
    });
  });

  test('up to residual + group − 1 entries nothing changes', () => {
    const method = quantised({ bits: 4, group: 4, residual: 9 });
    expect(method.compress?.([[list]])).toEqual([[list]]);
    expect(quantised({ bits: 8, group: 4, residual: 99 }).compress?.([[list]])).toEqual([[list]]);
  });
});
