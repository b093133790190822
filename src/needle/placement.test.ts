import { describe, expect, test } from 'vitest';
import { depthsFrom, inOrder, randomDepths, sentencesBefore } from './placement';
import { createRandom } from './random';

describe('where a needle goes', () => {
  // Ten tokens in sentences of 3, 4 and 3: they end before tokens 3, 7 and 10.
  test.each([
    [0, 0],
    // Token 2 lies in the first sentence: back to the beginning.
    [29, 0],
    // Token 3 begins the second sentence.
    [30, 1],
    // Token 6 is the last of the second.
    [69, 1],
    [70, 2],
    // Token 9, the last one, still lies in the third.
    [99.9, 2],
    [100, 3],
  ])('depth %d: after %i sentences', (depth, sentences) => {
    expect(sentencesBefore([3, 4, 3], depth)).toBe(sentences);
  });

  test('without a sentence end it moves back to the beginning, except at 100', () => {
    expect(sentencesBefore([10], 0)).toBe(0);
    expect(sentencesBefore([10], 99)).toBe(0);
    expect(sentencesBefore([10], 100)).toBe(1);
  });

  test('a sentence of no tokens takes no place', () => {
    expect(sentencesBefore([0, 5, 5], 0)).toBe(1);
    expect(sentencesBefore([], 50)).toBe(0);
  });
});

describe('several needles', () => {
  test.each([
    [0, 4, [0, 25, 50, 75]],
    [50, 2, [50, 75]],
    [40, 3, [40, 60, 80]],
    [100, 3, [100, 100, 100]],
    [20, 1, [20]],
  ])('from %d %%, %i of them: equal steps', (depth, count, depths) => {
    expect(depthsFrom(depth, count)).toEqual(depths);
  });

  test('at one place they keep the order of their depths, then the one given', () => {
    const needles = [
      { name: 'b', depth: 50 },
      { name: 'a', depth: 10 },
      { name: 'c', depth: 50 },
    ];
    expect(inOrder(needles).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  test('random depths ascend and stay within the text', () => {
    const depths = randomDepths(createRandom(3), 50);
    expect(depths).toEqual(depths.toSorted((a, b) => a - b));
    expect(Math.min(...depths)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...depths)).toBeLessThan(100);
  });
});
