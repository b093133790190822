import { afterAll, describe, expect, test } from 'vitest';
import { openGguf } from '../../model/gguf/checkpoint';
import { memoryFiles } from '../../model/memory-files';
import { TENSOR_TYPES } from '../../model/tensor';
import { dequantise } from '../quantisation/dequantise';
import { lookUp } from '../random-model';
import { forward } from '../transformer';
import { loadLlamaCpp } from './oracle';
import { logProbabilities, randomLlama } from './testing';

const IDS = [5, 17, 3, 3, 42, 60];
/** One of the blocks of 256 in every row. */
const SHAPE = { hidden: 256, inner: 256, heads: 8, kvHeads: 2, layers: 1 };

describe.each(TENSOR_TYPES)('a Llama of %s', async (type) => {
  const { file, config, weights } = randomLlama(SHAPE, () => type, 13);
  const llamaCpp = await loadLlamaCpp(file);
  afterAll(() => llamaCpp?.dispose());

  test('has the values of its blocks, in the order of the Hugging Face checkpoint', async () => {
    const { tensors } = await openGguf(memoryFiles({ 'm.gguf': file }), 'm.gguf');
    for (const [name, tensor] of tensors) {
      const wanted = weights.get(name) ?? new Float32Array();
      const found = dequantise(tensor.type, await tensor.read());
      expect(found.length).toBe(wanted.length);
      expect(
        found.findIndex((value, i) => value !== wanted[i]),
        name,
      ).toBe(-1);
    }
  });

  test.skipIf(!llamaCpp)('has the logits that llama.cpp finds', async () => {
    const { logits } = forward(config, lookUp(weights), IDS);
    const found = (await llamaCpp?.logProbabilities(IDS)) ?? [];
    let difference = 0;
    let spread = 0;
    logits.forEach((row, position) => {
      const wanted = logProbabilities(row);
      const mean = wanted.reduce((sum, value) => sum + value, 0) / wanted.length;
      wanted.forEach((value, id) => {
        difference += (value - found[position][id]) ** 2;
        spread += (value - mean) ** 2;
      });
    });
    // With other weights than f32, llama.cpp rounds the inputs of products as well: to f16, bf16 or 8 bits.
    const error = { F32: 1e-6, F16: 1e-3, BF16: 1e-2 }[type as string] ?? 0.05;
    expect(Math.sqrt(difference / spread)).toBeLessThan(error);
  });
});
