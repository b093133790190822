import { zoomIdentity } from 'd3';
import { describe, expect, test } from 'vitest';
import { resizedZoom, zoomTo } from './heatmap-geometry';

const SIZE = { width: 600, height: 200 };

describe('zooming to ranges', () => {
  test('both are in view, and the view stays inside the map', () => {
    for (const [queries, keys] of [
      [
        [500, 530],
        [200, 220],
      ],
      [
        [0, 4],
        [0, 2],
      ],
      [
        [990, 1000],
        [980, 1000],
      ],
    ] as [[number, number], [number, number]][]) {
      const { x, y, k } = zoomTo(queries, keys, 1000, SIZE);
      const pixel = (position: number, pixels: number, shift: number) =>
        (position / 1000) * pixels * k + shift;
      expect(pixel(keys[0], SIZE.width, x)).toBeGreaterThanOrEqual(0);
      expect(pixel(keys[1], SIZE.width, x)).toBeLessThanOrEqual(SIZE.width + 1e-9);
      expect(pixel(queries[0], SIZE.height, y)).toBeGreaterThanOrEqual(0);
      expect(pixel(queries[1], SIZE.height, y)).toBeLessThanOrEqual(SIZE.height + 1e-9);
      expect(x).toBeLessThanOrEqual(0);
      expect(x).toBeGreaterThanOrEqual(SIZE.width * (1 - k));
    }
  });

  test('never deeper than single weights need, nor wider than the map', () => {
    expect(zoomTo([5, 6], [5, 6], 960, SIZE).k).toBe(100);
    expect(zoomTo([0, 100], [0, 100], 100, SIZE).k).toBe(1);
  });
});

test('another size shows the same', () => {
  const zoom = zoomIdentity.translate(-300, -50).scale(4);
  expect(resizedZoom(zoom, SIZE, { width: 300, height: 400 })).toEqual(
    zoomIdentity.translate(-150, -100).scale(4),
  );
});
