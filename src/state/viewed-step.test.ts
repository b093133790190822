import { expect, test } from 'vitest';
import type { PageState, RunView } from './page-store';
import { rowSelected, viewedStep } from './viewed-step';

const run = { prefill: { done: 10, total: 10, ms: 1 }, cache: null } as unknown as RunView;
const at = (step: number | null, of: RunView | null = run) =>
  ({ run: of, selection: { layer: 0, head: 0, query: null, key: null, step } }) as PageState;

test('the viewed row is the newest, or one that was read', () => {
  expect(viewedStep(at(3, null))).toBeNull();
  expect(viewedStep(at(null))).toBe(9);
  expect(viewedStep(at(0))).toBe(0);
  expect(viewedStep(at(300))).toBe(9);
});

test('going to a row makes it the query; the newest is now', () => {
  expect(rowSelected(at(null), 4)).toEqual({ step: 4, query: 4 });
  expect(rowSelected(at(4), -1)).toEqual({ step: 0, query: 0 });
  expect(rowSelected(at(4), 9)).toEqual({ step: null });
  expect(rowSelected(at(4), 12)).toEqual({ step: null });
  expect(rowSelected(at(null, null), 4)).toEqual({});
});
