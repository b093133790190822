import { expect, test } from 'vitest';
import { choiceFrom } from '../../strategies/presets';
import { predictCost } from './predicted-cost';

const SHAPE = { layers: 4, heads: 6, kvHeads: 3, headDim: 32, precision: 'f16' } as const;

test('keeping all costs two vectors per token, layer and KV head', () => {
  expect(predictCost(choiceFrom('dense', []), 512, SHAPE)).toEqual({
    slotsHeld: 512,
    kvBytes: 512 * 2 * 32 * 2 * 4 * 3,
    denseBytes: 512 * 2 * 32 * 2 * 4 * 3,
    attendedPairs: (512 * 513) / 2,
    slotsRead: 512,
  });
});

test('a bounded cache bounds what a step reads', () => {
  const { slotsHeld, slotsRead } = predictCost(choiceFrom('streaming-llm', []), 4096, SHAPE);
  expect([slotsHeld, slotsRead]).toEqual([128, 128]);
});

test('codes take their bits, and scale and minimum of each group', () => {
  const { slotsHeld, kvBytes } = predictCost(choiceFrom('kivi-int4', []), 100, SHAPE);
  expect(slotsHeld).toBe(100);
  // 64 tokens in two groups of 32: 4 bits a number, two f32 for every 32 numbers; the other 36 as they are.
  expect(kvBytes).toBe(2 * 32 * 4 * 3 * (64 * (4 / 8 + 8 / 32) + 36 * 2));
});
