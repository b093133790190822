import { rgb } from 'd3';
import { describe, expect, test } from 'vitest';
import { differenceColourAt, differenceTable, scaledDifference } from './difference-scale';

describe('the scale of differences', () => {
  test('is the same on both sides of zero', () => {
    for (const kind of ['log', 'linear'] as const) {
      expect(scaledDifference(0, kind)).toBeCloseTo(0, 12);
      for (const value of [0.00005, 0.003, 0.2, 1]) {
        expect(scaledDifference(-value, kind)).toBeCloseTo(-scaledDifference(value, kind), 12);
      }
      expect(scaledDifference(1, kind)).toBe(1);
    }
    expect(scaledDifference(-0.01, 'log')).toBeCloseTo(-0.5, 12);
    expect(scaledDifference(-0.25, 'linear')).toBe(-0.25);
  });

  test.each([false, true])(
    'none is the background and the ends differ in hue (dark %s)',
    (dark) => {
      const none = rgb(differenceColourAt(0, dark));
      expect(Math.max(none.r, none.g, none.b) - Math.min(none.r, none.g, none.b)).toBeLessThan(40);
      const less = rgb(differenceColourAt(-0.6, dark));
      const more = rgb(differenceColourAt(0.6, dark));
      expect(less.r).toBeGreaterThan(less.b);
      expect(more.b).toBeGreaterThan(more.r);
      const table = differenceTable(dark);
      expect(table).toHaveLength(511 * 4);
      expect(Array.from(table.slice(255 * 4, 255 * 4 + 3))).toEqual([none.r, none.g, none.b]);
    },
  );
});
