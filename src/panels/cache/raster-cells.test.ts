import { describe, expect, test } from 'vitest';
import { randomStream } from '../../reference/random-model';
import { type RasterView, rasterCells } from './raster-cells';

const NEVER = 0xffffffff;
const next = randomStream(3);
const random = (below: number) => Math.floor(Math.abs(next()) * below);

/** Every cell by asking each of its keys. */
function slowly(evictedAt: number[], { steps, keys, columns, rows }: RasterView) {
  const border = ([from, to]: [number, number], index: number, parts: number) =>
    from + Math.floor((index * (to - from)) / parts);
  return Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    const step = border(steps, column + 1, columns) - 1;
    const come: number[] = [];
    for (let key = border(keys, row, rows); key < border(keys, row + 1, rows); key++) {
      if (key <= step && key < evictedAt.length) come.push(key);
    }
    const held = come.filter((key) => evictedAt[key] > step);
    const ages = held.reduce((sum, key) => sum + step - key, 0);
    return { come: come.length, held: held.length, age: held.length && ages / held.length };
  });
}

const VIEWS: [name: string, view: RasterView][] = [
  ['a cell a weight', { steps: [0, 60], keys: [0, 60], columns: 60, rows: 60 }],
  ['pooled', { steps: [0, 60], keys: [0, 60], columns: 17, rows: 7 }],
  ['a part', { steps: [31, 60], keys: [5, 44], columns: 29, rows: 10 }],
  ['steps before and after any eviction', { steps: [3, 9], keys: [2, 60], columns: 4, rows: 58 }],
  ['one cell', { steps: [20, 50], keys: [0, 60], columns: 1, rows: 1 }],
  ['keys that are still to come', { steps: [0, 80], keys: [0, 80], columns: 23, rows: 31 }],
];

describe.each(VIEWS)('%s', (_, view) => {
  test.each([0, 0.3, 0.9])('with %f of the keys gone', (share) => {
    const evictedAt = Array.from({ length: 60 }, (_, key) =>
      Math.abs(next()) < share ? key + 1 + random(60 - key) : NEVER,
    );
    const cells = rasterCells(evictedAt, view);
    const found = Array.from(cells.come, (come, at) => ({
      come,
      held: cells.held[at],
      age: cells.age[at],
    }));
    const expected = slowly(evictedAt, view).map((cell) => ({
      ...cell,
      age: Math.fround(cell.age),
    }));
    expect(found).toEqual(expected);
  });
});
