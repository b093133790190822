import { ticks as evenTicks } from 'd3';

/** Below this ratio of its ends an axis is drawn with even steps. */
const NARROW = 6;

/**
 * 1, 2 and 5 times powers of ten, fewer where there is no room; even steps where these would be too few.
 * @param height of the axis in pixels
 */
export function logTicks([low, high]: number[], height: number): number[] {
  if (high / low < NARROW) return evenTicks(low, high, height / 40);
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    for (const step of [1, 2, 5]) {
      const tick = step * 10 ** power;
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  const every = Math.ceil(ticks.length / Math.max(2, height / 24));
  return ticks.filter((_, index) => index % every === 0);
}
