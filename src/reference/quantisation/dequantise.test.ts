import { describe, expect, test } from 'vitest';
import { BLOCKS } from '../../model/blocks';
import { TENSOR_TYPES } from '../../model/tensor';
import { loadGgml } from '../llama-cpp/oracle';
import { dequantise } from './dequantise';
import { randomBlocks } from './random-blocks';

const ggml = await loadGgml();

test('blocks have the sizes of the format', () => {
  expect(BLOCKS.Q6_K).toEqual({ values: 256, bytes: 128 + 64 + 16 + 2 });
  expect(BLOCKS.Q5_K).toEqual({ values: 256, bytes: 2 + 2 + 12 + 32 + 128 });
});

test('a block of Q4_0 by hand', () => {
  const block = new Uint8Array(18);
  block.set([0x00, 0x3c, 0x0f, 0xf8]); // d = 1; bytes 0 and 1 of nibbles
  const values = dequantise('Q4_0', block);
  expect([values[0], values[16], values[1], values[17]]).toEqual([7, -8, 0, 7]);
  expect([values[2], values[18]]).toEqual([-8, -8]);
});

describe.skipIf(!ggml)('every type has the values that llama.cpp finds', () => {
  test.each(TENSOR_TYPES)('%s', (type) => {
    for (const [seed, scale] of [0.05, 6e-8, 60_000].entries()) {
      const bytes = randomBlocks(type, 37, seed, scale);
      expect(dequantise(type, bytes)).toEqual(ggml?.dequantise(type, bytes));
    }
  });
});
