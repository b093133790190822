import { describe, expect, test } from 'vitest';
import { bestPattern, type HeadSample, keptMass, patternCandidates } from './pattern-search';

const TOKENS = 256;
const FIRST = 128;

/** A head whose row `query` spreads its weight evenly over the keys that it wants. */
function headThat(wants: (query: number) => number[]): HeadSample {
  const weights = new Float32Array((TOKENS - FIRST) * TOKENS);
  for (let query = FIRST; query < TOKENS; query++) {
    const keys = wants(query);
    for (const key of keys) weights[(query - FIRST) * TOKENS + key] += 1 / keys.length;
  }
  const vectors = () => new Float32Array(TOKENS * 4);
  return {
    tokens: TOKENS,
    headDim: 4,
    first: FIRST,
    weights,
    queries: vectors(),
    keys: vectors(),
  };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

test('candidates compute a quarter of the text in a row', () => {
  expect(patternCandidates(1024)).toEqual([
    { family: 'a-shape', a: 16, b: 240 },
    { family: 'vertical-slash', a: 32, b: 224 },
    { family: 'vertical-slash', a: 128, b: 128 },
    { family: 'vertical-slash', a: 224, b: 32 },
    { family: 'block-sparse', a: 8, b: 0 },
  ]);
  // A text too short for a quarter gets one block.
  expect(patternCandidates(40)[0]).toEqual({ family: 'a-shape', a: 16, b: 16 });
});

describe('each family wins where a head has its form', () => {
  test('sinks and a window', () => {
    const local = headThat((query) => [...range(0, 16), ...range(query - 47, query + 1)]);
    expect(keptMass(local, { family: 'a-shape', a: 16, b: 48 })).toBeCloseTo(1, 6);
    expect(bestPattern(local)).toEqual({ family: 'a-shape', a: 16, b: 48 });
  });

  test('many distances', () => {
    const slashes = headThat((query) => range(0, 52).map((i) => query - 2 * i));
    expect(bestPattern(slashes)).toEqual({ family: 'vertical-slash', a: 8, b: 56 });
  });

  test('distances and columns', () => {
    const both = headThat((query) => [
      ...range(0, 28).map((i) => 20 + 3 * i),
      ...range(0, 28).map((i) => query - 4 * i),
    ]);
    expect(bestPattern(both)).toEqual({ family: 'vertical-slash', a: 32, b: 32 });
  });

  test('many columns', () => {
    const columns = headThat(() => range(0, 52).map((i) => 20 + 2 * i));
    expect(bestPattern(columns)).toEqual({ family: 'vertical-slash', a: 56, b: 8 });
  });

  test('another block for each block of rows', () => {
    const farBlock = (query: number) => 3 - Math.floor((query - FIRST) / 32);
    const blocks = headThat((query) => range(farBlock(query) * 32, farBlock(query) * 32 + 32));
    for (let position = 0; position < TOKENS; position++) {
      if (position >= FIRST) blocks.queries[position * 4 + farBlock(position)] = 1;
      else blocks.keys[position * 4 + Math.floor(position / 32)] = 1;
    }
    expect(keptMass(blocks, { family: 'block-sparse', a: 2, b: 0 })).toBeCloseTo(1, 6);
    expect(bestPattern(blocks)).toEqual({ family: 'block-sparse', a: 2, b: 0 });
  });
});

test('only the last 32 rows choose columns', () => {
  const moving = headThat((query) => [query < TOKENS - 32 ? 10 : 60]);
  const mass = keptMass(moving, { family: 'vertical-slash', a: 5, b: 4 });
  expect(mass).toBeCloseTo(32 / 128, 6);
});
