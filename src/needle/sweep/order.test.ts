import { describe, expect, test } from 'vitest';
import { cellKey, promptOf, refinementLevels, sampleKey, samplesOf } from './order';
import { testPlan } from './testing';

const PLAN = testPlan({ lengths: [128, 256, 512, 1024], depths: [0, 25, 50, 75, 100], samples: 2 });

describe('the order of a sweep', () => {
  test.each([
    [1, [0]],
    [2, [0, 0]],
    [3, [0, 1, 0]],
    [5, [0, 2, 1, 2, 0]],
    [6, [0, 2, 1, 2, 3, 0]],
  ])('an axis of %i steps is halved round by round', (count, levels) => {
    expect(refinementLevels(count)).toEqual(levels);
  });

  test('asks every sample of every cell once', () => {
    const keys = samplesOf(PLAN).map(sampleKey);
    expect(keys).toHaveLength(4 * 5 * 2 * 2);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('begins with the corners, under every strategy', () => {
    const first = samplesOf(PLAN).slice(0, 8);
    expect(first.map(({ length, depth, strategy }) => [length, depth, strategy])).toEqual([
      [128, 0, 0],
      [128, 0, 1],
      [128, 100, 0],
      [128, 100, 1],
      [1024, 0, 0],
      [1024, 0, 1],
      [1024, 100, 0],
      [1024, 100, 1],
    ]);
  });

  test('every cell has its first sample before any has its second', () => {
    const samples = samplesOf(PLAN).map(({ sample }) => sample);
    expect(samples).toEqual(samples.toSorted());
  });

  test('the coarse grid of one round is complete before the next round begins', () => {
    const once = samplesOf(testPlan({ ...PLAN, samples: 1 }));
    const nine = once.slice(0, 2 * 9).map(({ length, depth }) => `${length}/${depth}`);
    const middle = [128, 256, 1024].flatMap((length) =>
      [0, 50, 100].map((depth) => `${length}/${depth}`),
    );
    expect(new Set(nine)).toEqual(new Set(middle));
  });

  test.each([1, 2, 3, 7, 50])('%i shards share it without a gap or an overlap', (count) => {
    const shards = Array.from({ length: count }, (_, index) => samplesOf(PLAN, { index, count }));
    expect(shards.flat().map(sampleKey).sort()).toEqual(samplesOf(PLAN).map(sampleKey).sort());
    const sizes = shards.map((shard) => shard.length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(2);
    // The strategies of a prompt stay together.
    for (const shard of shards) {
      for (let i = 0; i < shard.length; i += 2) {
        expect(shard[i + 1]).toEqual({ ...shard[i], strategy: 1 });
      }
    }
  });
});

describe('the prompt of a sample', () => {
  const id = { strategy: 0, length: 256, depth: 25, sample: 1 };

  test('is the same for every strategy, and whatever else is swept', () => {
    const prompt = promptOf(PLAN, id);
    expect(promptOf(PLAN, { ...id, strategy: 1 })).toEqual(prompt);
    expect(promptOf(testPlan({ lengths: [256], depths: [25, 60], samples: 9 }), id)).toEqual(
      prompt,
    );
    expect(prompt).toMatchObject({ length: 256, depth: 25, task: PLAN.task });
  });

  test('has a seed that length, depth, sample and the seed of the plan decide', () => {
    const seeds = [
      promptOf(PLAN, id),
      promptOf(PLAN, { ...id, sample: 0 }),
      promptOf(PLAN, { ...id, depth: 50 }),
      promptOf(PLAN, { ...id, length: 512 }),
      promptOf(testPlan({ ...PLAN, seed: 2 }), id),
    ].map(({ seed }) => seed);
    expect(new Set(seeds).size).toBe(5);
    for (const seed of seeds) expect(seed).toBeLessThan(2 ** 32);
    const all = samplesOf(PLAN)
      .filter(({ strategy }) => strategy === 0)
      .map((sample) => promptOf(PLAN, sample).seed);
    expect(new Set(all).size).toBe(all.length);
  });

  test('cells are told apart', () => {
    expect(new Set(samplesOf(PLAN).map(cellKey)).size).toBe(40);
  });
});
