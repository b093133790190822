import { expect, test } from 'vitest';
import type { PageState } from '../../state/page-store';
import { departureTable } from './departure-export';

const HISTORY = {
  layer: 2,
  kvHead: 1,
  evictedAt: Uint32Array.of(0xffffffff, 4, 3, 5),
  lostScore: Float32Array.of(Number.NaN, 0.25, Number.NaN, 0.5),
  lowestKept: Float32Array.of(Number.NaN, Number.NaN, Number.NaN, Number.NaN, 0.75, 1),
};

function stateAt(step: number | null, history: typeof HISTORY | null = HISTORY): PageState {
  return {
    run: { prefill: { done: 6 }, cache: null },
    selection: { step },
    inspection: { history },
  } as unknown as PageState;
}

test('lists what had left by the viewed row', () => {
  expect(departureTable(stateAt(4))?.rows).toEqual([
    [2, 1, 1, 4, 0.25, 0.75],
    [2, 1, 2, 3, null, null],
  ]);
  expect(departureTable(stateAt(null))?.rows).toHaveLength(3);
  expect(departureTable(stateAt(null, null))).toBeNull();
});
