import { describe, expect, test } from 'vitest';
import { wilson } from './interval';
import type { SampleOutcome } from './plan';
import { latest, summariseCells, summariseStrategies } from './summary';
import { cellsTable, samplesTable } from './tables';
import { testOutcome, testPlan } from './testing';

const TROUBLE = { code: 'bad-input', what: 'Too long.', advice: '', actions: [] } as const;

describe('the 95 % interval', () => {
  // Reference values: R's binom::binom.wilson, and Wilson's own formula by hand for 1 of 1.
  test.each([
    [0, 10, 0, 0.27753],
    [10, 10, 0.72247, 1],
    [5, 10, 0.23659, 0.76341],
    [8, 10, 0.49016, 0.94332],
    [1, 1, 0.20655, 1],
    [95, 100, 0.88825, 0.97846],
  ])('%i of %i: %d to %d', (correct, done, low, high) => {
    const [from, to] = wilson(correct, done) ?? [];
    expect(from).toBeCloseTo(low, 4);
    expect(to).toBeCloseTo(high, 4);
  });

  test('holds the share and stays within 0…1', () => {
    for (let done = 1; done < 40; done++) {
      for (let correct = 0; correct <= done; correct++) {
        const [from, to] = wilson(correct, done) ?? [1, 0];
        expect(from).toBeGreaterThanOrEqual(0);
        expect(from).toBeLessThanOrEqual(correct / done);
        expect(to).toBeGreaterThanOrEqual(correct / done);
        expect(to).toBeLessThanOrEqual(1);
      }
    }
    expect(wilson(0, 0)).toBeNull();
  });
});

describe('what samples say together', () => {
  const plan = testPlan({ samples: 3 });
  const outcomes: SampleOutcome[] = [
    testOutcome({ sample: 0 }),
    testOutcome({ sample: 1 }, { correct: false, score: 0.5, held: 1, generated: 1, decodeMs: 0 }),
    testOutcome(
      { sample: 2 },
      { correct: false, score: 0, held: 0.25, kvBytes: { peak: 5, end: 4, dense: 9 } },
    ),
    { strategy: 0, length: 256, depth: 50, sample: 0, trouble: { ...TROUBLE, actions: [] } },
    testOutcome({ strategy: 1, sample: 0 }, { correct: false }),
  ];

  test('a cell counts what is right, lost and impossible, and means what was measured', () => {
    const [cell] = summariseCells(plan, outcomes);
    expect(cell).toMatchObject({
      strategy: 0,
      length: 128,
      depth: 0,
      planned: 3,
      done: 3,
      correct: 1,
      accuracy: 1 / 3,
      lost: 1,
      cannot: 1,
      failed: 0,
      trouble: null,
    });
    expect(cell.interval).toEqual(wilson(1, 3));
    expect(cell.mean).toMatchObject({ score: 0.5, held: 0.75, kvBytes: 668, stepMs: 10 });
  });

  test('every cell of the grid is there, also without samples and with troubles only', () => {
    const cells = summariseCells(plan, outcomes);
    expect(cells).toHaveLength(8);
    expect(cells[1]).toMatchObject({ done: 0, accuracy: null, interval: null, mean: null });
    expect(cells[3]).toMatchObject({ done: 0, failed: 1, trouble: { what: 'Too long.' } });
  });

  test('a strategy is over all its cells', () => {
    const [dense, window] = summariseStrategies(plan, outcomes);
    expect(dense).toMatchObject({ planned: 12, done: 3, failed: 1, correct: 1 });
    expect(window).toMatchObject({ strategy: 1, done: 1, correct: 0, cannot: 1 });
  });

  test('what came last about a sample counts', () => {
    const again = [...outcomes, testOutcome({ length: 256, depth: 50 })];
    expect(latest(again)).toHaveLength(outcomes.length);
    expect(summariseCells(plan, again)[3]).toMatchObject({ done: 1, failed: 0 });
  });

  test('tables have a row a cell and a row a sample', () => {
    const cells = cellsTable(plan, outcomes);
    expect(cells.rows).toHaveLength(8);
    const row = Object.fromEntries(cells.columns.map((name, i) => [name, cells.rows[0][i]]));
    expect(row).toMatchObject({ strategy: 'Dense', length: 128, accuracy: 1 / 3, kv_bytes: 668 });
    expect(cells.rows[1][cells.columns.indexOf('accuracy')]).toBeNull();
    const samples = samplesTable(plan, outcomes);
    expect(samples.rows).toHaveLength(5);
    expect(samples.rows[3].at(-1)).toBe('Too long.');
    expect(samples.rows[3][samples.columns.indexOf('answer')]).toBeNull();
  });
});
