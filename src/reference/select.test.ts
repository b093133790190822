import { describe, expect, test } from 'vitest';
import { EXCLUDED, FORCED, selectRow } from './select';

describe('selectRow', () => {
  test('by count: the largest, and among equal ones the later', () => {
    expect(selectRow([2, 5, 2, 1, 2], 'count', 3)).toEqual([1, 2, 4]);
    expect(selectRow([2, 5], 'count', 0)).toEqual([]);
    expect(selectRow([2, 5], 'count', 9)).toEqual([0, 1]);
    expect(selectRow([-3, -1, -2], 'count', 2)).toEqual([1, 2]);
  });

  test('by count: forced ones count and are never too many, excluded ones never fill up', () => {
    expect(selectRow([FORCED, 1, 4, FORCED], 'count', 3)).toEqual([0, 2, 3]);
    expect(selectRow([FORCED, 1, 4, FORCED], 'count', 1)).toEqual([0, 3]);
    expect(selectRow([EXCLUDED, 1, EXCLUDED], 'count', 2)).toEqual([1]);
  });

  test('by mass: the fewest that reach the share', () => {
    // All: 8. Half is reached by the 4 alone, 5/8 by it and the later 2.
    expect(selectRow([2, 4, 2, 0], 'mass', 0.5)).toEqual([1]);
    expect(selectRow([2, 4, 2, 0], 'mass', 0.625)).toEqual([1, 2]);
    expect(selectRow([2, 4, 2, 0], 'mass', 0.875)).toEqual([0, 1, 2]);
    expect(selectRow([2, 4, 2, 0], 'mass', 1)).toEqual([0, 1, 2, 3]);
    expect(selectRow([2, 4, 2, 0], 'mass', 0)).toEqual([]);
  });

  test('by mass: forced ones come first with their mass, excluded ones have none', () => {
    expect(selectRow([-1, 4, 2, -1, EXCLUDED], 'mass', 0.5)).toEqual([0, 1, 3]);
    expect(selectRow([-1, 4, 2, -1, EXCLUDED], 'mass', 0.25)).toEqual([0, 3]);
    expect(selectRow([-1, 4, 2, -1, EXCLUDED], 'mass', 1)).toEqual([0, 1, 2, 3]);
  });

  test('by threshold: strictly above', () => {
    expect(selectRow([1, 3, 2, FORCED, EXCLUDED], 'threshold', 2)).toEqual([1, 3]);
  });
});
