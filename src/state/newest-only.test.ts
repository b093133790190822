import { expect, test } from 'vitest';
import { createNewestOnly } from './newest-only';

test('work that waits gives way to newer work, and a failure stops nothing', async () => {
  const newestOnly = createNewestOnly();
  const begun: number[] = [];
  const ask = (number: number) =>
    newestOnly(async () => {
      begun.push(number);
      if (number === 1) throw new Error('broken');
      return number;
    });
  const first = ask(1);
  // The first begins; the others wait for it.
  await Promise.resolve();
  const answers = Promise.all([ask(2), ask(3), ask(4)]);
  await expect(first).rejects.toThrow('broken');
  expect(await answers).toEqual([null, null, 4]);
  expect(await ask(5)).toBe(5);
  expect(begun).toEqual([1, 4, 5]);
});
