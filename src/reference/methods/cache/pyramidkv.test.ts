import { describe, expect, test } from 'vitest';
import { positionsOf, randomIds, readRun, tinyModel } from '../../testing';
import { pyramidBudgets, pyramidKv } from './pyramidkv';
import { snapKv } from './snapkv';

const SHAPE = { layers: 2, heads: 4, kvHeads: 2, headDim: 4 };
const OBSERVED = { budget: 12, window: 4, kernel: 3, pooling: 'max', protocol: 'prompt' } as const;

describe('budgets', () => {
  const published = { budget: 128, window: 8, beta: 20 };

  test("the paper's integers fall by a step that is rounded down", () => {
    const budgets = pyramidBudgets(published, 12, 2048);
    expect(budgets).toEqual(Array.from({ length: 12 }, (_, layer) => 234 - 20 * layer));
    expect(budgets.reduce((sum, budget) => sum + budget)).toBe(1488);
  });

  test('no layer keeps more than there is, and the total stays', () => {
    const budgets = pyramidBudgets({ budget: 10, window: 2, beta: 8 }, 3, 16);
    expect(budgets).toEqual([14, 8, 2]);
  });

  test.each([
    ['short prompts', published, 12, 239, 120],
    ['beta 1', { ...published, beta: 1 }, 12, 2048, 120],
    ['one layer', published, 1, 2048, 120],
    ['prompts within the budget', published, 12, 128, 120],
    ['prompts below the budget', published, 12, 100, 92],
  ])('%s: all layers the same', (_, values, layers, length, each) => {
    expect(pyramidBudgets(values, layers, length)).toEqual(Array(layers).fill(each));
  });
});

describe('PyramidKV', () => {
  const model = tinyModel();
  const ids = randomIds(40, model.config);

  test('each layer keeps its budget and the window', () => {
    const run = readRun(model, { cache: pyramidKv({ ...OBSERVED, beta: 4 }, SHAPE) }, ids);
    const held = run.entries.map((lists) => lists.map((list) => list.length));
    expect(held).toEqual([
      [18, 18],
      [6, 6],
    ]);
    for (const list of positionsOf(run).flat()) expect(list.slice(-4)).toEqual([36, 37, 38, 39]);
  });

  test('beta 1 is SnapKV', () => {
    const pyramid = readRun(model, { cache: pyramidKv({ ...OBSERVED, beta: 1 }, SHAPE) }, ids);
    const snap = readRun(model, { cache: snapKv(OBSERVED, SHAPE) }, ids);
    expect(positionsOf(pyramid)).toEqual(positionsOf(snap));
  });
});
