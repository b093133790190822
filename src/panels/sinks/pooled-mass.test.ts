import { describe, expect, test } from 'vitest';
import { pooledMass, rangeOfColumn, topGatherings } from './pooled-mass';

const NONE = Number.NaN;
const REPORT = {
  layers: 2,
  positions: 7,
  mass: Float32Array.of(0.5, 0.25, 0, 0.125, NONE, NONE, NONE, 0, 0.75, 0.5, NONE, 1, 0, 0),
};

describe('mass of positions pooled to columns', () => {
  test('each column shows its largest value and where that is', () => {
    const { columns, mass, positions } = pooledMass(REPORT, 3);
    expect(columns).toBe(3);
    expect(Array.from({ length: 3 }, (_, column) => rangeOfColumn(column, 3, 7))).toEqual([
      [0, 2],
      [2, 4],
      [4, 7],
    ]);
    expect(Array.from(mass)).toEqual([0.5, 0.125, NONE, 0.75, 0.5, 1]);
    expect(Array.from(positions)).toEqual([0, 3, 4, 1, 2, 4]);
  });

  test('a strip that is wider than the text shows every position by itself', () => {
    const { columns, mass } = pooledMass(REPORT, 100);
    expect(columns).toBe(7);
    expect(mass).toEqual(REPORT.mass);
  });
});

test('the positions with the largest mass in any layer; those that no query saw are left out', () => {
  expect(topGatherings(REPORT, 3)).toEqual([
    { position: 4, layer: 1, mass: 1 },
    { position: 1, layer: 1, mass: 0.75 },
    { position: 0, layer: 0, mass: 0.5 },
  ]);
  const unseen = { layers: 1, positions: 2, mass: Float32Array.of(NONE, 0.5) };
  expect(topGatherings(unseen, 5)).toEqual([{ position: 1, layer: 0, mass: 0.5 }]);
});
