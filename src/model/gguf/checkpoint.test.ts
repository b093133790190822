import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SMALL_MODELS } from '../../reference/llama-cpp/families';
import { randomGguf } from '../../reference/llama-cpp/testing';
import { TroubleError } from '../../trouble';
import { memoryFiles } from '../memory-files';
import { openModel } from '../open-model';
import { tensorValues } from '../tensor';
import { openGguf } from './checkpoint';
import { type GgufTensor, type GgufValue, writeGguf } from './writer';

const [LLAMA] = SMALL_MODELS;
const MADE = randomGguf(LLAMA.architecture, LLAMA.json, LLAMA.metadata, () => 'F32', 3);
const HEAD: Record<string, GgufValue> = {
  'general.architecture': ['string', 'llama'],
  ...LLAMA.metadata,
};

const open = (file: Uint8Array) => openGguf(memoryFiles({ 'm.gguf': file }), 'm.gguf');
const tensor = (name: string, shape: number[], change: Partial<GgufTensor> = {}): GgufTensor => {
  const count = shape.reduce((product, size) => product * size, 1);
  return { name, type: 'F32', shape, bytes: new Uint8Array(4 * count), ...change };
};
/** The tensors of a Llama of one layer. */
function llamaTensors(changes: Record<string, GgufTensor | null> = {}): GgufTensor[] {
  const at = (part: string, shape: number[]) => tensor(`blk.0.${part}.weight`, shape);
  const all = [
    tensor('token_embd.weight', [61, 32]),
    tensor('output_norm.weight', [32]),
    at('attn_norm', [32]),
    at('attn_q', [32, 32]),
    at('attn_k', [16, 32]),
    at('attn_v', [16, 32]),
    at('attn_output', [32, 32]),
    at('ffn_norm', [32]),
    at('ffn_gate', [40, 32]),
    at('ffn_up', [40, 32]),
    at('ffn_down', [32, 40]),
  ].filter(({ name }) => !(name in changes));
  return [...all, ...Object.values(changes).filter((one) => one !== null)];
}
const oneLayer = { ...HEAD, 'llama.block_count': ['uint32', 1] as GgufValue };

describe('a GGUF file', () => {
  test('opens like a folder', async () => {
    const found = await openModel(memoryFiles({ 'tiny.gguf': MADE.file }));
    expect(found.name).toBe('tiny');
    expect(found.tokenizer).not.toBeNull();
    expect(found.bytes).toBe(4 * found.parameters);
    expect(found.config).toEqual({ ...MADE.config, bosId: null });
  });

  test('in parts is one model', async () => {
    const all = llamaTensors();
    const part = (tensors: GgufTensor[], number: number) =>
      writeGguf(
        { ...oneLayer, 'split.count': ['uint16', 2], 'split.no': ['uint16', number] },
        tensors,
      );
    const files = memoryFiles({
      'm-00001-of-00002.gguf': part(all.slice(0, 4), 0),
      'm-00002-of-00002.gguf': part(all.slice(4), 1),
    });
    const { tensors } = await openModel(files);
    expect(tensors.size).toBe(all.length);
    for (const one of tensors.values()) expect((await tensorValues(one)).length).toBeGreaterThan(0);
  });

  test('without a tokenizer can still be run by ids', async () => {
    const { tokenizer } = await open(writeGguf(oneLayer, llamaTensors()));
    expect(tokenizer).toBeNull();
  });

  test('has a chat template where it says one', async () => {
    const template: GgufValue = ['string', '{{ messages }}'];
    const file = writeGguf({ ...oneLayer, 'tokenizer.chat_template': template }, llamaTensors());
    expect((await open(file)).chatTemplate).toBe('{{ messages }}');
  });
});

describe('refuses', () => {
  const norm = 'blk.0.attn_norm.weight';
  test.each<[string, Record<string, GgufValue>, GgufTensor[], string]>([
    [
      'an architecture that is unknown',
      { ...oneLayer, 'general.architecture': ['string', 'rwkv'] },
      llamaTensors(),
      'general.architecture must be one of llama, qwen2',
    ],
    ['no architecture', {}, llamaTensors(), 'general.architecture to be a name, found nothing'],
    [
      'a size of another type',
      { ...oneLayer, 'llama.block_count': ['string', '1'] },
      llamaTensors(),
      'llama.block_count to be a number, found "1"',
    ],
    [
      'sizes that cannot be',
      { ...oneLayer, 'llama.attention.head_count': ['uint32', 5] },
      llamaTensors(),
      'm.gguf, its metadata as config.json: ',
    ],
    [
      'layers of different widths',
      { ...oneLayer, 'llama.feed_forward_length': ['array', 'uint32', [40, 48]] },
      llamaTensors(),
      'the same number for all layers',
    ],
    [
      'a tensor that is missing',
      oneLayer,
      llamaTensors({ [norm]: null }),
      'the tensor that is model.layers.0.input_layernorm.weight elsewhere',
    ],
    [
      'a tensor too many',
      oneLayer,
      [...llamaTensors(), tensor('blk.0.ffn_gate_exps.weight', [4, 4])],
      'blk.0.ffn_gate_exps.weight is a tensor that models of the kind llama do not have',
    ],
    [
      'a tensor of another shape',
      oneLayer,
      llamaTensors({ [norm]: tensor(norm, [33]) }),
      'shape [32] by the metadata, found [33]',
    ],
    [
      'a norm in blocks',
      oneLayer,
      llamaTensors({ [norm]: tensor(norm, [32], { type: 'Q8_0', bytes: new Uint8Array(34) }) }),
      'floats, found Q8_0',
    ],
    [
      'a scaling that is unknown',
      {
        ...oneLayer,
        'llama.rope.scaling.type': ['string', 'longer'],
        'llama.rope.scaling.factor': ['float32', 2],
      },
      llamaTensors(),
      'llama.rope.scaling.type must be',
    ],
    [
      'parts under other names',
      { ...oneLayer, 'split.count': ['uint16', 3] },
      llamaTensors(),
      'split.count',
    ],
    [
      'a tokenizer of another kind',
      {
        ...oneLayer,
        'tokenizer.ggml.model': ['string', 't5'],
        'tokenizer.ggml.tokens': ['array', 'string', ['a']],
      },
      llamaTensors(),
      'tokenizer.ggml.model must be "gpt2" or "llama"',
    ],
  ])('%s', async (_, metadata, tensors, message) => {
    await expect(open(writeGguf(metadata, tensors))).rejects.toThrow(message);
  });
});

test('damaged in any place, it opens or is refused, soon and with words', async () => {
  const file = MADE.file;
  const header = file.length - MADE.config.vocabSize * 32 * 4;
  const change = fc.tuple(fc.nat(Math.min(header, 6000)), fc.constantFrom(0, 1, 2, 127, 128, 255));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const bytes = file.slice();
      for (const [at, value] of changes) bytes[at] = value;
      try {
        await open(bytes);
      } catch (error) {
        if (!(error instanceof TroubleError)) throw error;
        expect(error.trouble.code).toMatch(/^(model-damaged|model-unsupported|model-missing)$/);
      }
    }),
    { numRuns: 1500 },
  );
}, 60_000);
