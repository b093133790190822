import { expect, test } from 'vitest';
import { frontierOf } from './frontier';

test('the frontier rises with the cost; equal points are both on it', () => {
  const points = [
    { name: 'dense', cost: 100, accuracy: 0.9 },
    { name: 'half', cost: 50, accuracy: 0.8 },
    { name: 'worse', cost: 60, accuracy: 0.8 },
    { name: 'small', cost: 10, accuracy: 0.2 },
    { name: 'twin', cost: 10, accuracy: 0.2 },
    { name: 'dear', cost: 200, accuracy: 0.9 },
    { name: 'wasteful', cost: 80, accuracy: 0.1 },
  ];
  expect(frontierOf(points).map(({ name }) => name)).toEqual(['small', 'twin', 'half', 'dense']);
  expect(frontierOf([])).toEqual([]);
});

test('is what a look at every pair finds', () => {
  for (let seed = 1; seed < 40; seed++) {
    const points = Array.from({ length: seed % 9 }, (_, index) => ({
      cost: (seed * 7 + index * 13) % 5,
      accuracy: ((seed * 11 + index * 17) % 6) / 5,
    }));
    const expected = points.filter((point) =>
      points.every(
        ({ cost, accuracy }) =>
          cost > point.cost ||
          accuracy < point.accuracy ||
          (cost === point.cost && accuracy === point.accuracy),
      ),
    );
    expect(new Set(frontierOf(points))).toEqual(new Set(expected));
  }
});
