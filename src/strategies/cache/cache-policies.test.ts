import { describe, expect, it, test } from 'vitest';
import { TroubleError } from '../../trouble';
import { entryOf } from '../registry';
import { completeValues, type ParameterValues } from '../schema';
import { pyramidBudgets } from './pyramidkv';

const MODEL = { layers: 4, heads: 6, kvHeads: 3, headDim: 32 };

function build(id: string, values: ParameterValues) {
  const entry = entryOf('cache', id);
  return entry.build(completeValues(id, entry.parameters, values), MODEL, null);
}

describe('values that exclude each other are refused', () => {
  it.each<[string, ParameterValues, ParameterValues, string]>([
    ['a2sf', { budget: 20, recent: 20 }, { budget: 20, recent: 21 }, 'newest'],
    ['snapkv', { budget: 20, window: 20 }, { budget: 20, window: 21 }, 'window'],
    ['pyramidkv', { kernel: 7 }, { kernel: 6 }, 'kernel'],
    ['ada-kv', { budget: 64, window: 64 }, { budget: 63, window: 64 }, 'window'],
    ['elastic', { sinks: 112, distance: -1 }, { sinks: 113, distance: -1 }, 'first'],
    ['elastic', { distance: -124 }, { distance: -125 }, 'distance'],
    ['elastic', { distance: 127 }, { distance: 128 }, 'distance'],
    ['sirllm', { entropy: 20, recent: 12 }, { entropy: 20, recent: 11 }, 'round'],
    ['quantised', { group: 24 }, { group: 20 }, 'group'],
  ])('%s: %o, but not %o', (id, possible, impossible, named) => {
    expect(build(id, possible)).toBeTruthy();
    expect(() => build(id, impossible)).toThrow(TroubleError);
    expect(() => build(id, impossible)).toThrow(named);
  });
});

describe('PyramidKV budgets', () => {
  test('the example of the reference document', () => {
    expect(pyramidBudgets({ budget: 128, window: 8 }, 20, 12, 2048)).toEqual([
      234, 214, 194, 174, 154, 134, 114, 94, 74, 54, 34, 14,
    ]);
  });

  test('what the first layer cannot use goes to the last', () => {
    const budgets = pyramidBudgets({ budget: 100, window: 10 }, 20, 3, 190);
    expect(budgets).toEqual([176, 90, 4]);
    expect(pyramidBudgets({ budget: 100, window: 10 }, 20, 3, 180)).toEqual([170, 90, 10]);
  });

  test('all layers keep the same below twice the budget, and alone', () => {
    expect(pyramidBudgets({ budget: 100, window: 10 }, 20, 3, 179)).toEqual([90, 90, 90]);
    expect(pyramidBudgets({ budget: 100, window: 10 }, 20, 1, 2000)).toEqual([90]);
  });
});

test('RazorAttention holds more, the more KV heads the retrieval heads may belong to', () => {
  const { parameters, cost } = entryOf('cache', 'razor');
  const held = (echo: number, induction: number) =>
    cost(1000, completeValues('razor', parameters, { echo, induction, sinks: 4, local: 95 }), MODEL)
      .slotsHeld;
  expect(held(0, 0)).toBe(100);
  // One of 24 query heads by each: at most 2 of 12 KV heads keep all.
  expect(held(0.04, 0.03)).toBe((2 * 1000 + 10 * 100) / 12);
  expect(held(0.5, 0.5)).toBe(1000);
});
