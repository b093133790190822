import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'playwright/test';
import type { TensorType } from '../src/model/tensor';
import { SMALL_MODELS } from '../src/reference/llama-cpp/families';
import { loadLlamaCpp } from '../src/reference/llama-cpp/oracle';
import { logProbabilities, randomGguf, topIds } from '../src/reference/llama-cpp/testing';

const IDS = [5, 17, 3, 3, 42, 60, 8, 29, 11, 2, 50, 33];
const folder = mkdtempSync(join(tmpdir(), 'needlescope-gguf-'));

/** What `lab logits` prints for several models. */
function logitsOf(files: string[]): Promise<{ top: { id: number; logit: number }[] }[]> {
  const batch = join(folder, 'batch');
  const lines = files.map((file) => `logits --model ${file} --ids ${IDS} --top 61`);
  writeFileSync(batch, lines.join('\n'));
  return new Promise((resolve, reject) => {
    const flags = ['--batch', batch, '--json', '--adapter', 'software'];
    const child = spawn(process.execPath, ['e2e/tools/lab.mjs', ...flags]);
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (part) => {
      out += part;
    });
    child.on('error', reject);
    child.on('close', () =>
      resolve(
        out
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ),
    );
  });
}

test('GGUF files have the ten best tokens that llama.cpp finds', async () => {
  const types: TensorType[] = ['Q8_0', 'Q5_0', 'Q4_0', 'Q5_1', 'Q4_1', 'F16', 'BF16'];
  const wide = { hidden_size: 64, intermediate_size: 64 };
  const [llama] = SMALL_MODELS;
  const gemma = SMALL_MODELS.find(({ architecture }) => architecture === 'gemma3') ?? llama;
  let next = 0;
  const made = [
    randomGguf(
      llama.architecture,
      { ...llama.json, ...wide },
      {
        ...llama.metadata,
        'llama.embedding_length': ['uint32', 64],
        'llama.feed_forward_length': ['uint32', 64],
      },
      () => types[next++ % types.length],
      3,
    ),
    randomGguf(gemma.architecture, gemma.json, gemma.metadata, () => 'F32', 3),
  ];
  const files = made.map(({ file }, index) => {
    const path = join(folder, `${index}.gguf`);
    writeFileSync(path, file);
    return path;
  });
  const found = await logitsOf(files);
  for (const [index, { file }] of made.entries()) {
    const llamaCpp = await loadLlamaCpp(file);
    test.skip(!llamaCpp, 'node-llama-cpp has no prebuilt package for this platform.');
    const wanted = (await llamaCpp?.logProbabilities(IDS))?.at(-1) ?? [];
    await llamaCpp?.dispose();
    const logits = new Array<number>(wanted.length);
    for (const { id, logit } of found[index].top) logits[id] = logit;
    const own = logProbabilities(logits);
    // With weights in blocks, llama.cpp rounds inputs to 8 bits; its GELU is a table of f16.
    const error = [0.1, 5e-3][index];
    const best = topIds(wanted, 10).map((id) => wanted[id]);
    topIds(own, 10).forEach((id, place) => {
      expect(Math.abs(wanted[id] - own[id])).toBeLessThan(error);
      expect(Math.abs(wanted[id] - best[place])).toBeLessThan(2 * error);
    });
  }
});
