/** Models whose weights are blocks, on the GPU and in the reference. */
import { describe, expect, it, vi } from 'vitest';
import { rowBytes } from '../model/blocks';
import type { Checkpoint } from '../model/checkpoint';
import { openGguf } from '../model/gguf/checkpoint';
import { memoryFiles } from '../model/memory-files';
import { quantise } from '../model/quantise';
import { columnsOf, mapSources, type Source } from '../model/roles';
import type { TensorType } from '../model/tensor';
import { blockTypeOf, type Rounding } from '../model/weight-types';
import { type LlamaShape, randomLlama } from '../reference/llama-cpp/testing';
import { dequantise } from '../reference/quantisation/dequantise';
import { lookUp } from '../reference/random-model';
import { surprisals } from '../reference/surprisal';
import { forward } from '../reference/transformer';
import { createGpuModel } from './gpu-model';
import { testGpu } from './test-gpu';
import {
  GREEDY,
  randomCheckpoint,
  runToEnd,
  smallCheckpoint,
  testConfig,
  testStrategy,
} from './testing';
import { COMPILING, expectReference, randomIds } from './testing-reference';

const IDS = randomIds(37);
const NEW_TOKENS = 2;

vi.setConfig({ testTimeout: COMPILING });

/** Matrices by the last part of their names. */
function llama(shape: LlamaShape, types: Record<string, TensorType>) {
  const typeOf = (name: string) => types[name.replace(/^blk\.\d+\./, '').replace(/\.weight$/, '')];
  return randomLlama({ ...shape, tied: !('output' in types) }, typeOf, 11);
}

const open = (file: Uint8Array<ArrayBuffer>) => openGguf(memoryFiles({ 'm.gguf': file }), 'm.gguf');

describe('a GGUF file', () => {
  it('of blocks of 256, mixed as the K types are', async () => {
    const { file, weights } = llama(
      { hidden: 256, inner: 512, heads: 8, kvHeads: 2 },
      {
        token_embd: 'Q6_K',
        output: 'Q4_K',
        attn_q: 'Q4_K',
        attn_k: 'Q4_K',
        attn_v: 'Q6_K',
        attn_output: 'Q5_K',
        ffn_gate: 'Q5_K',
        ffn_up: 'Q4_0',
        ffn_down: 'Q6_K',
      },
    );
    const bytes = await expectReference(await open(file), weights, IDS, NEW_TOKENS);
    // The GPU holds what the file holds.
    expect(bytes).toBeLessThan(file.length);
  });

  it('of blocks of 32, and floats between them; one head of 96 dimensions, cut into parts', async () => {
    const { file, weights } = llama(
      { hidden: 96, inner: 160, heads: 1, kvHeads: 1 },
      {
        token_embd: 'Q8_0',
        attn_q: 'Q5_0',
        attn_k: 'Q5_1',
        attn_v: 'Q4_1',
        attn_output: 'F16',
        ffn_gate: 'Q8_0',
        ffn_up: 'Q4_0',
        ffn_down: 'BF16',
      },
    );
    await expectReference(await open(file), weights, IDS, NEW_TOKENS, { largestBinding: 16_000 });
  });
});

/** The values of a checkpoint after they were rounded on load. */
function rounded(
  { roles, tensors }: Checkpoint,
  weights: Map<string, Float32Array>,
  rounding: Rounding,
): Map<string, Float32Array> {
  const found = new Map(weights);
  mapSources(roles, (source: Source) => {
    const { tensor, shape, transposed } = source;
    const values = weights.get(tensor);
    const table = source === roles.embedding || source === roles.output;
    const type = blockTypeOf(
      tensors.get(tensor)?.type ?? 'F32',
      rounding,
      table ? 'table' : 'layer',
    );
    if (shape.length === 1 || source === roles.positions || !values) return source;
    if (type !== 'Q8_0' && type !== 'Q4_0') return source;
    const columns = columnsOf(source);
    const rows = values.length / columns;
    const at = (row: number, column: number) =>
      transposed ? column * rows + row : row * columns + column;
    const stored = new Float32Array(values.length);
    for (let row = 0; row < rows; row++) {
      const line = Float32Array.from({ length: columns }, (_, column) => values[at(row, column)]);
      const blocks = quantise(type, line, columns);
      expect(blocks.length).toBe(rowBytes(type, columns));
      const back = dequantise(type, blocks);
      for (let column = 0; column < columns; column++) stored[at(row, column)] = back[column];
    }
    found.set(tensor, stored);
    return source;
  });
  return found;
}

describe('rounded on load', () => {
  it('GPT-2, whose matrices lie on their other side, to int4', async () => {
    const { checkpoint, weights } = await smallCheckpoint('gpt 2');
    const rounding = 'int4';
    const values = rounded(checkpoint, weights, rounding);
    await expectReference(checkpoint, values, IDS, NEW_TOKENS, { rounding });
  });

  it('a Llama to int8, the surprisal of its tokens piece by piece', async () => {
    const config = testConfig({ vocabSize: 2061, hiddenSize: 20 });
    const { checkpoint, weights } = randomCheckpoint(config, 4);
    const model = await createGpuModel(await testGpu(), checkpoint, 'f32', { rounding: 'int8' });
    const run = await runToEnd(model, {
      ids: IDS,
      strategy: testStrategy(),
      sampling: GREEDY,
      maxTokens: 1,
      inspect: false,
      surprisal: true,
    });
    const values = lookUp(rounded(checkpoint, weights, 'int8'));
    const expected = surprisals(forward(config, values, IDS).logits, IDS);
    const found = await run.surprisals(1, IDS.length);
    found?.forEach((value, i) => {
      expect(Math.abs(value - expected[i + 1]), `token ${i + 1}`).toBeLessThan(1e-3);
    });
    expect(found).toHaveLength(IDS.length - 1);
    run.destroy();
    model.destroy();
  });
});
