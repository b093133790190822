import { expect, test } from 'vitest';
import type { SweepPlan } from '../../needle/sweep/plan';
import { cellsTable } from '../../needle/sweep/tables';
import { columnOf, shownAs } from './cell-columns';

test('every column has a title of its own', () => {
  const plan: Pick<SweepPlan, 'lengths' | 'depths' | 'strategies' | 'samples'> = {
    lengths: [64],
    depths: [0],
    strategies: [],
    samples: 1,
  };
  const { columns } = cellsTable(plan as SweepPlan, []);
  for (const name of columns) expect(columnOf(name).title, name).not.toBe(name);
});

test('numbers are shown with their unit, the unknown as a dash', () => {
  expect(shownAs(0.25, columnOf('accuracy'))).toBe('25 %');
  expect(shownAs(2048, columnOf('kv_bytes'))).toBe('2.05 kB');
  expect(shownAs(null, columnOf('step_ms'))).toBe('–');
  expect(shownAs('Dense', columnOf('strategy'))).toBe('Dense');
});
