import { describe, expect, test } from 'vitest';
import type { Tile } from '../../worker/protocol';
import { type Layer, withLayer } from './tile-layers';

function tileOf(from: number, to: number, cells: number): Tile {
  const range: [number, number] = [from, to];
  return {
    request: {
      layer: 0,
      head: 0,
      queries: range,
      keys: range,
      rows: cells,
      columns: cells,
      pooling: 'max',
    },
    rows: cells,
    columns: cells,
    weights: new Float32Array(),
    exact: false,
    sampledQueries: 1,
    sampledKeys: 1,
  };
}
const full = (from: number, to: number, cells = 500): Layer => ({
  tile: tileOf(from, to, cells),
  isFull: true,
});
const coarse = (from: number, to: number): Layer => ({
  tile: tileOf(from, to, 100),
  isFull: false,
});

describe('tiles over each other', () => {
  test('a full tile takes the place of what it covers, whatever detail that had', () => {
    const whole = full(0, 1000);
    expect(withLayer([coarse(0, 1000)], whole)).toEqual([whole]);
    expect(withLayer([full(200, 300)], whole)).toEqual([whole]);
    expect(withLayer([full(0, 1000, 900)], whole)).toEqual([whole]);
  });

  test('zooming in lays the finer part on top, coarse or full', () => {
    const whole = full(0, 1000);
    const part = coarse(200, 300);
    expect(withLayer([whole], part)).toEqual([whole, part]);
    const fullPart = full(200, 300);
    expect(withLayer([whole, part], fullPart)).toEqual([whole, fullPart]);
  });

  test('a moved view keeps what is still in it above its coarse tile', () => {
    const [whole, part, moved] = [full(0, 10_000), full(200, 300), coarse(250, 350)];
    expect(withLayer([whole, part], moved)).toEqual([whole, moved, part]);
    const fullMoved = full(250, 350);
    expect(withLayer([whole, moved, part], fullMoved)).toEqual([whole, part, fullMoved]);
  });

  test('a text that grows, or a view that zooms out, drops what is too fine for it', () => {
    const longer = coarse(0, 600);
    expect(withLayer([coarse(0, 500)], longer)).toEqual([longer]);
    expect(withLayer([full(0, 50)], longer)).toEqual([longer]);
  });

  test('asking again about the same does not make it worse', () => {
    const whole = full(0, 1000);
    expect(withLayer([whole], coarse(0, 1000))).toEqual([coarse(0, 1000), whole]);
  });

  test('few are kept however far a view moves, and the widest always', () => {
    const whole = full(0, 10_000);
    let layers = [whole];
    for (let at = 0; at < 10; at++) layers = withLayer(layers, full(at, at + 50));
    expect(layers).toHaveLength(4);
    expect(layers[0]).toBe(whole);
    expect(layers[3].tile.request.queries).toEqual([9, 59]);
  });
});
