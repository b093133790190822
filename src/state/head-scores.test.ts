import { describe, expect, test } from 'vitest';
import type { CacheSnapshot, HeadScores, ModelInfo } from '../worker/protocol';
import { rankedHeads, scoredHeads, sinkShare } from './head-scores';
import { HEAD_SCORES } from './head-view';

const MODEL = { layers: 2, heads: 4, kvHeads: 2 } as ModelInfo;
const EIGHT = Float32Array.from({ length: 8 }, (_, index) => index / 10);

const SCORES: HeadScores = {
  layers: 2,
  heads: 4,
  queries: 9,
  sampledRows: 9,
  steps: 3,
  sink: EIGHT,
  entropy: EIGHT,
  distance: EIGHT,
  influence: EIGHT,
  copy: EIGHT,
  retrieval: EIGHT,
  retrievalCounted: true,
  windowed: new Uint8Array(4),
};
const NOTHING = { model: MODEL, scores: null, calibration: null, cache: null };

describe('what the heads can be looked at for', () => {
  test('before a run nothing of it is known, and each score says how to get it', () => {
    for (const kind of HEAD_SCORES) {
      const found = scoredHeads(kind, NOTHING);
      if (found.values !== null) throw new Error(`${kind} is known.`);
      expect(found.missing).not.toBe('');
      expect(found.calibrate).toBe(kind === 'induction' || kind === 'echo');
    }
  });

  test('scores of the run, of the calibration and of the cache', () => {
    const cache = { slots: Uint32Array.of(12, 5, 12, 7) } as CacheSnapshot;
    const echo = [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ];
    const calibration = { model: 'm', headClasses: { echo, induction: echo } };
    const measured = { model: MODEL, scores: SCORES, calibration, cache };
    expect(scoredHeads('distance', measured).values).toBe(SCORES.distance);
    expect(scoredHeads('echo', measured).values).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(scoredHeads('class', measured).values).toEqual([12, 12, 5, 5, 12, 12, 7, 7]);
  });

  test.each([
    ['no token generated', { steps: 0, retrieval: null, copy: null }, /Needs an answer/],
    ['a wrong answer', { retrieval: null, retrievalCounted: false }, /not right/],
    ['no needle', { retrieval: null }, /Needs a needle/],
  ])('no retrieval score: %s', (_, change, why) => {
    const found = scoredHeads('retrieval', { ...NOTHING, scores: { ...SCORES, ...change } });
    expect(found).toMatchObject({ values: null, missing: expect.stringMatching(why) });
  });
});

test('the sink metric counts heads strictly above the threshold', () => {
  // The means of Gu et al.'s measure for a 4 × 4 map; the last equals the threshold.
  expect(sinkShare([0.575, 0.2, 0.4, 0.3], 0.3)).toBe(0.5);
  expect(sinkShare([Number.NaN, 0.4], 0.3)).toBe(0.5);
});

test('heads are ranked by falling score; equals by their place, and the unmeasured not at all', () => {
  expect(rankedHeads([0.2, 0.5, Number.NaN, 0.5, 0.1, 0.9], 3)).toEqual([
    { layer: 1, head: 2 },
    { layer: 0, head: 1 },
    { layer: 1, head: 0 },
    { layer: 0, head: 0 },
    { layer: 1, head: 1 },
  ]);
});
