/** Models whose weights are blocks, on the GPU and in the reference. */
import { describe, expect, it, vi } from 'vitest';
import { readBack } from '../gpu/read-back';
import { rowBytes } from '../model/blocks';
import type { Checkpoint } from '../model/checkpoint';
import { openGguf } from '../model/gguf/checkpoint';
import { memoryFiles } from '../model/memory-files';
import { quantise } from '../model/quantise';
import { columnsOf, mapSources, type Source } from '../model/roles';
import type { TensorType } from '../model/tensor';
import { blockTypeOf, type Rounding } from '../model/weight-types';
import { randomGguf } from '../reference/llama-cpp/testing';
import { dequantise } from '../reference/quantisation/dequantise';
import { lookUp, randomStream } from '../reference/random-model';
import { surprisals } from '../reference/surprisal';
import { DENSE, forward } from '../reference/transformer';
import { createGpuModel, type Placing } from './gpu-model';
import { testGpu } from './test-gpu';
import {
  GREEDY,
  randomCheckpoint,
  runToEnd,
  smallCheckpoint,
  testConfig,
  testStrategy,
} from './testing';

/** A software adapter compiles the shaders of a model in seconds, on a busy machine in many. */
const COMPILING = 180_000;
const PROMPT = 37;
const NEW_TOKENS = 2;

vi.setConfig({ testTimeout: COMPILING });

const next = randomStream(5);
const IDS = Array.from({ length: PROMPT }, () => Math.floor(Math.abs(next()) * 61));

/**
 * Reads the prompt, generates a little, and holds the last logits against the reference.
 * @returns bytes of the weights on the GPU
 */
async function expectReference(
  checkpoint: Checkpoint,
  weights: Map<string, Float32Array>,
  placing: Placing = {},
): Promise<number> {
  const { config } = checkpoint;
  const model = await createGpuModel(await testGpu(), checkpoint, 'f32', placing);
  const run = await runToEnd(model, {
    ids: IDS,
    strategy: testStrategy(),
    sampling: GREEDY,
    maxTokens: NEW_TOKENS,
    inspect: false,
  });
  const fed = [...IDS, ...run.generated].slice(0, -1);
  const expected = forward(config, lookUp(weights), fed, DENSE, PROMPT).logits;
  const greedy = expected.slice(PROMPT - 1).map((row) => row.indexOf(Math.max(...row)));
  expect(run.generated).toEqual(greedy);
  const found = new Float32Array(
    await readBack(model.device, run.forward.logits, config.vocabSize * 4),
  );
  const wanted = expected[fed.length - 1];
  const largest = Math.max(...wanted.map(Math.abs));
  const error = Math.max(...wanted.map((value, i) => Math.abs(value - found[i]))) / largest;
  expect(error).toBeLessThan(1e-4);
  const bytes = model.weights.buffers.bytes - model.ropeTable.size;
  run.destroy();
  model.destroy();
  return bytes;
}

function llama(
  hidden: number,
  inner: number,
  heads: number,
  kvHeads: number,
  types: Record<string, TensorType>,
) {
  const json = {
    model_type: 'llama',
    vocab_size: 61,
    hidden_size: hidden,
    intermediate_size: inner,
    num_hidden_layers: 2,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    max_position_embeddings: 64,
    rms_norm_eps: 2 ** -17,
    tie_word_embeddings: !('output' in types),
    bos_token_id: null,
    eos_token_id: [1],
  };
  return randomGguf(
    'llama',
    json,
    {
      'llama.context_length': ['uint32', 64],
      'llama.embedding_length': ['uint32', hidden],
      'llama.feed_forward_length': ['uint32', inner],
      'llama.block_count': ['uint32', 2],
      'llama.attention.head_count': ['uint32', heads],
      'llama.attention.head_count_kv': ['uint32', kvHeads],
      'llama.attention.layer_norm_rms_epsilon': ['float32', 2 ** -17],
    },
    (name) => types[name.replace(/^blk\.\d+\./, '').replace(/\.weight$/, '')],
    11,
  );
}

const open = (file: Uint8Array) => openGguf(memoryFiles({ 'm.gguf': file }), 'm.gguf');

describe('a GGUF file', () => {
  it('of blocks of 256, mixed as the K types are', async () => {
    const { file, weights } = llama(256, 512, 8, 2, {
      token_embd: 'Q6_K',
      output: 'Q4_K',
      attn_q: 'Q4_K',
      attn_k: 'Q4_K',
      attn_v: 'Q6_K',
      attn_output: 'Q5_K',
      ffn_gate: 'Q5_K',
      ffn_up: 'Q4_0',
      ffn_down: 'Q6_K',
    });
    const bytes = await expectReference(await open(file), weights);
    // The GPU holds what the file holds.
    expect(bytes).toBeLessThan(file.length);
  });

  it('of blocks of 32, and floats between them; one head of 96 dimensions, cut into parts', async () => {
    const { file, weights } = llama(96, 160, 1, 1, {
      token_embd: 'Q8_0',
      attn_q: 'Q5_0',
      attn_k: 'Q5_1',
      attn_v: 'Q4_1',
      attn_output: 'F16',
      ffn_gate: 'Q8_0',
      ffn_up: 'Q4_0',
      ffn_down: 'BF16',
    });
    await expectReference(await open(file), weights, { largestBinding: 16_000 });
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
    await expectReference(checkpoint, rounded(checkpoint, weights, rounding), { rounding });
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
