import { describe, expect, test } from 'vitest';
import type { Accounting, CacheSnapshot } from '../../worker/protocol';
import { bytesReadAStep, entriesReadAStep, heldBytes } from './shares';

const MODEL = { layers: 2, heads: 3, headDim: 4, precision: 'f32' } as const;

/** What the kernels count when every step reads everything. */
function denseAccounting(promptTokens: number, steps: number): Accounting {
  let entries = 0;
  for (let step = 0; step < steps; step++) entries += promptTokens + step + 1;
  return {
    pairs: 0,
    causalPairs: 0,
    density: 1,
    steps,
    entriesPerStep: entries / steps,
    bytesPerStep: (entries / steps) * 2 * 3 * (2 * 4 * 4),
    traffic: {
      prefill: { dispatches: 0, bytesReadBack: 0 },
      decode: { dispatches: 0, bytesReadBack: 0 },
    },
    bytesLookedUp: 0,
  };
}

describe('shares of dense attention', () => {
  test.each([
    [10, 1],
    [10, 7],
    [512, 24],
  ])('a dense run of %d tokens and %d steps reads all of it', (promptTokens, steps) => {
    const accounting = denseAccounting(promptTokens, steps);
    const entries = entriesReadAStep(accounting, promptTokens);
    expect(entries?.used).toBeCloseTo(entries?.dense ?? 0, 9);
    const bytes = bytesReadAStep(accounting, promptTokens, MODEL);
    expect(bytes?.used).toBeCloseTo(bytes?.dense ?? 0, 6);
  });

  test('half-width numbers take half the bytes', () => {
    const accounting = denseAccounting(10, 1);
    const half = bytesReadAStep(accounting, 10, { ...MODEL, precision: 'f16' });
    expect(half?.dense).toBe(11 * 2 * 3 * 2 * 4 * 2);
  });

  test('nothing is read before the first step', () => {
    const accounting = { ...denseAccounting(10, 1), steps: 0 };
    expect(entriesReadAStep(accounting, 10)).toBeNull();
    expect(bytesReadAStep(accounting, 10, MODEL)).toBeNull();
  });

  test('what a policy holds outside the pages counts as held', () => {
    const cache = { pagesHeld: 3, pageBytes: 100, besideBytes: 25 } as CacheSnapshot;
    expect(heldBytes(cache)).toBe(325);
  });
});
