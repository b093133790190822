import { expect, test } from 'vitest';
import { EvictionLog } from './eviction-log';
import { h2o } from './methods/cache/h2o';
import { sinksRecent } from './methods/cache/sinks-recent';
import { tova } from './methods/cache/tova';
import { entryAt, randomIds, readRun, rowsOf, tinyModel } from './testing';

const TINY = tinyModel();
const SHAPE = { layers: 2, heads: 4, kvHeads: 2, headDim: 4 };
const IDS = randomIds(30, TINY.config);

test('notes the score that lost, and the lowest that was enough', () => {
  const method = tova({ budget: 3, protocol: 'prompt' }, { ...SHAPE, layers: 1, heads: 2 });
  // Means over the heads: .5 .1 .3 .1
  const weights = [rowsOf([0.9, 0.05, 0, 0.05]), rowsOf([0.1, 0.15, 0.6, 0.15])];
  const parts = { length: 4, context: 4, documents: [] };
  method.observe?.({ layer: 0, start: 3, weights, parts });
  const before = [[[0, 1, 2, 3].map(entryAt)]];
  const ranks = [[method.ranks?.(0, 0, before[0][0]) ?? null]];
  const log = new EvictionLog(1, 1);
  log.drop(before, method.compress?.(before) ?? [], 4, ranks);
  expect([...log.departures[0][0].keys()]).toEqual([1]);
  expect(log.departures[0][0].get(1)).toEqual({ at: 4, score: expect.closeTo(0.1) });
  expect(log.lowestKept[0][0].get(4)).toBeCloseTo(0.1);
});

test('what leaves a window has no score, and leaves at the first query that misses it', () => {
  const run = readRun(TINY, { cache: sinksRecent({ sinks: 2, recent: 5 }) }, IDS);
  const left = run.evictions.departures[1][0];
  expect([...left].map(([position, { at, score }]) => [position, at, score])).toEqual(
    Array.from({ length: 30 - 7 }, (_, i) => [i + 2, i + 7, null]),
  );
  expect(run.evictions.lowestKept[1][0].size).toBe(0);
});

test('under H2O what left had no more than what stayed, and forced entries are no bar', () => {
  const cache = h2o({ heavy: 6, recent: 4, protocol: 'prompt' }, SHAPE);
  const run = readRun(TINY, { cache }, IDS);
  run.decode(3);
  for (const [layer, heads] of run.evictions.departures.entries()) {
    for (const [kvHead, left] of heads.entries()) {
      expect(left.size).toBe(31 - 10);
      for (const { at, score } of left.values()) {
        const lowest = run.evictions.lowestKept[layer][kvHead].get(at) ?? Number.NaN;
        expect(score).toBeLessThanOrEqual(lowest);
        expect(lowest).toBeLessThan(Number.POSITIVE_INFINITY);
      }
    }
  }
});
