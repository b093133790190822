import { afterAll, describe, expect, test } from 'vitest';
import { openGguf } from '../../model/gguf/checkpoint';
import { memoryFiles } from '../../model/memory-files';
import { tensorValues } from '../../model/tensor';
import { lookUp } from '../random-model';
import { forward } from '../transformer';
import { SMALL_MODELS } from './families';
import { loadLlamaCpp } from './oracle';
import { logProbabilities, randomGguf, topIds } from './testing';

const IDS = [5, 17, 3, 3, 42, 60, 8, 29, 11, 2, 50, 33];

describe.each(SMALL_MODELS)('$title', async ({ architecture, json, metadata, divisors, gelu }) => {
  const made = randomGguf(architecture, json, metadata, () => 'F32', 7, divisors);
  const opened = await openGguf(memoryFiles({ 'm.gguf': made.file }), 'm.gguf');
  const llamaCpp = await loadLlamaCpp(made.file);
  afterAll(() => llamaCpp?.dispose());

  test('the GGUF file says what config.json says', () => {
    expect(JSON.parse(JSON.stringify(opened.config), roundedNumbers)).toEqual(
      JSON.parse(JSON.stringify(made.config), roundedNumbers),
    );
  });

  test('its tensors are those of the Hugging Face checkpoint', async () => {
    expect([...opened.tensors.keys()].sort()).toEqual([...made.weights.keys()].sort());
    for (const [name, tensor] of opened.tensors) {
      const found = await tensorValues(tensor);
      const wanted = made.weights.get(name) ?? [];
      if (architecture === 'gpt2') {
        // Matrices lie on their other side; that they are the same is for the logits to say.
        expect(found.length).toBe(wanted.length);
        continue;
      }
      const wrong = found.findIndex((value, i) => Math.abs(value - wanted[i]) > 1e-7);
      expect(wrong, `${name}: ${found[wrong]} instead of ${wanted[wrong]}`).toBe(-1);
    }
  });

  test.skipIf(!llamaCpp)('llama.cpp finds the logits of the reference', async () => {
    const { logits } = forward(made.config, lookUp(made.weights), IDS);
    const found = (await llamaCpp?.logProbabilities(IDS)) ?? [];
    logits.forEach((row, position) => {
      const wanted = logProbabilities(row);
      const errors = wanted.map((value, id) => Math.abs(value - found[position][id]));
      const error = gelu ? 5e-3 : 2e-5;
      expect(Math.max(...errors)).toBeLessThan(error);
      // The ten best in their order, but for those that lie closer together than that.
      const best = topIds(wanted, 10).map((id) => wanted[id]);
      topIds(found[position], 10).forEach((id, place) => {
        expect(Math.abs(wanted[id] - best[place])).toBeLessThan(2 * error);
      });
    });
  });
});

/** Numbers as a float32 holds them. */
function roundedNumbers(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.fround(value) : value;
}
