import { expect, test } from 'vitest';
import { createPace, LIVE_SHARES } from './pace';

test('looks take at most their share of the time, by what they took', async () => {
  let time = 1000;
  const pace = createPace(0.1, () => time);
  // Nothing was measured yet: what is expected counts.
  expect(pace.isDue(1, 20)).toBe(false);
  time += 179;
  expect(pace.isDue(1, 20)).toBe(false);
  time += 1;
  expect(pace.isDue(1, 20)).toBe(true);

  let end = () => {};
  const look = pace.timed(new Promise<void>((resolve) => (end = resolve)));
  time += 50;
  expect(pace.isDue(1, 20)).toBe(false);
  end();
  await look;
  time += 449;
  expect(pace.isDue(1, 20)).toBe(false);
  time += 1;
  expect(pace.isDue(1, 20)).toBe(true);

  // Another run may be of another length.
  expect(pace.isDue(2, 1)).toBe(false);
  time += 9;
  expect(pace.isDue(2, 1)).toBe(true);
});

test('all looks together take at most a tenth', () => {
  const sum = Object.values(LIVE_SHARES).reduce((a, b) => a + b);
  expect(sum).toBeLessThanOrEqual(0.1);
});
