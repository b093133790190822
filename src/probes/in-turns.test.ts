import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inTurns } from './in-turns';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An adapter that takes so long for a workgroup. */
async function partsAt(groupMs: number, groups: number, harmless: number, most = Infinity) {
  const parts: [number, number][] = [];
  const submit = async (first: number, count: number) => {
    parts.push([first, count]);
    await vi.advanceTimersByTimeAsync(count * groupMs);
  };
  const done = await inTurns(groups, harmless, submit, () => parts.length >= most);
  return { parts, done };
}

test('a fast adapter gets twice as much each time, and every workgroup once', async () => {
  const { parts, done } = await partsAt(0.001, 100, 10);
  expect(done).toBe(true);
  expect(parts).toEqual([
    [0, 10],
    [10, 20],
    [30, 40],
    [70, 30],
  ]);
});

test('a slow adapter gets no more than what is harmless', async () => {
  const { parts } = await partsAt(30, 10, 4);
  expect(parts.map(([, count]) => count)).toEqual([4, 4, 2]);
});

test('parts settle near the target and one workgroup is the least', async () => {
  const { parts } = await partsAt(5, 100, 0.2);
  expect(parts.map(([, count]) => count).slice(0, 6)).toEqual([1, 2, 4, 8, 8, 8]);
});

test('more than a dispatch takes are never submitted at once', async () => {
  const { parts } = await partsAt(0, 200_000, 1e9);
  expect(Math.max(...parts.map(([, count]) => count))).toBe(65535);
  expect(parts.reduce((sum, [, count]) => sum + count, 0)).toBe(200_000);
});

test('stops between two parts', async () => {
  const { parts, done } = await partsAt(30, 10, 4, 2);
  expect(done).toBe(false);
  expect(parts).toHaveLength(2);
});
