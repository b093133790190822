import { describe, expect, test } from 'vitest';
import { kMeans } from './k-means';
import { randomStream } from './random-model';

const vector = (...values: number[]) => Float64Array.from(values);
const randomItems = (count: number, size: number, seed: number) => {
  const next = randomStream(seed);
  return Array.from({ length: count }, () => Float64Array.from({ length: size }, next));
};
const rows = (vectors: Float64Array[]) => vectors.map((row) => [...row]);

describe('k-means', () => {
  test('two directions: members are averaged with their lengths', () => {
    // Centroids start at items 1 and 3; item 2 is far from both in length, but not in direction.
    const items = [vector(1, 0), vector(3, 0), vector(100, 0), vector(0, 2)];
    const { labels, centroids } = kMeans(items, 2);
    expect(labels).toEqual([0, 0, 0, 1]);
    expect(centroids[0][0]).toBeCloseTo(104 / 3, 12);
    expect([...centroids[1]]).toEqual([0, 2]);
  });

  test('starts at item floor((c + ½) n / C); of equal cosines the lowest cluster wins', () => {
    // Starts are items 1 and 3. Items 0 and 2 are at right angles to both; had the starts been items 0 and
    // 2, item 1 would have been the one that could choose.
    const items = [vector(1, 0), vector(0, 1), vector(-1, 0), vector(0, -1)];
    expect(kMeans(items, 2).labels).toEqual([0, 0, 0, 1]);
  });

  test('an item leaves when its centroid has moved away', () => {
    // Starts are at 70 and 90 degrees, and all but item 4 join the first. Its mean is then at 33 degrees,
    // which is farther from 70 and 75 than 90 is.
    const items = [0, 70, 5, 75, 90, 10].map((degrees) => {
      const angle = (degrees * Math.PI) / 180;
      return vector(Math.cos(angle), Math.sin(angle));
    });
    expect(kMeans(items, 2).labels).toEqual([0, 1, 0, 1, 1, 0]);
  });

  test('a centroid moves by its members’ directions, however long they are', () => {
    // Starts are items 1 and 4. Item 5 joins the first (40 against 65 degrees), whose mean direction is
    // then at 20 degrees, so that it leaves; by their lengths the mean would stay at 40.
    const items = [0, 40, 0, 0, 100, 65].map((degrees, item) => {
      const angle = (degrees * Math.PI) / 180;
      const length = item === 1 ? 100 : 1;
      return vector(length * Math.cos(angle), length * Math.sin(angle));
    });
    expect(kMeans(items, 2).labels).toEqual([0, 0, 0, 0, 1, 1]);
  });

  test('stops after the tenth assignment, settled or not', () => {
    // Sizes after 9, 10 and 11 assignments, worked out elsewhere: 31 13 11 9, 31 14 10 9, 32 13 10 9.
    const items = Array.from({ length: 64 }, (_, i) => {
      const angle = (Math.PI / 2) * (i / 64) ** 3;
      return vector(Math.cos(angle), Math.sin(angle));
    });
    const { labels } = kMeans(items, 4);
    const sizes = [0, 1, 2, 3].map((c) => labels.filter((label) => label === c).length);
    expect(sizes).toEqual([31, 14, 10, 9]);
  });

  test('a cluster without members keeps its direction', () => {
    const items = [vector(2, 0), vector(4, 0)];
    const { labels, centroids } = kMeans(items, 2);
    expect(labels).toEqual([0, 0]);
    expect(rows(centroids)).toEqual([
      [3, 0],
      [1, 0],
    ]);
  });

  test('as many clusters as items: every item is its own centroid', () => {
    const items = randomItems(12, 6, 5);
    const { labels, centroids } = kMeans(items, 12);
    expect(labels).toEqual(items.map((_, index) => index));
    expect(rows(centroids)).toEqual(rows(items));
  });

  test('items are nearer to their own centroid than random labels would put them', () => {
    const items = randomItems(60, 4, 7);
    const spread = (labels: number[]) =>
      [0, 1, 2, 3, 4, 5].reduce((sum, cluster) => {
        const members = items.filter((_, item) => labels[item] === cluster);
        const total = members[0].map((_, i) =>
          members.reduce((s, m) => s + m[i] / Math.hypot(...m), 0),
        );
        return sum + Math.hypot(...total);
      }, 0);
    const found = kMeans(items, 6).labels;
    expect(spread(found)).toBeGreaterThan(2 * spread(items.map((_, item) => item % 6)));
  });

  test('no items, no labels', () => {
    expect(kMeans([], 0)).toEqual({ labels: [], centroids: [] });
  });
});
