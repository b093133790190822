import { afterAll, describe, expect, test } from 'vitest';
import { GgufFields } from '../../model/gguf/fields';
import { readGguf } from '../../model/gguf/header';
import { ggufTokenizer } from '../../model/gguf/tokenizer';
import { type GgufValue, writeGguf } from '../../model/gguf/writer';
import { memoryFile } from '../../model/memory-files';
import { byteLevelTable, createTokenizer, type TextTokenizer } from '../../model/tokenizer';
import { type LlamaCpp, loadLlamaCpp } from './oracle';

const TEXTS = [
  'Tom sat down. He was tired.',
  "It's 12345 o'clock, isn't it? WE'LL see: 3.14159 or 1,000,000!",
  ' two  spaces   and\ttabs\n\nlines\r\n  indented',
  'Grüße, 世界 🌍! naïve café ½ x² ﬁ',
  'camelCase HTTPServer snake_case 99 bottles — “quoted”…',
  'Question: where is the blue key?\nAnswer: in the box.',
];

/** The smallest model that llama.cpp loads, around a tokenizer. */
function modelWith(tokenizer: Record<string, GgufValue>, tokens: number): Uint8Array<ArrayBuffer> {
  const tensor = (name: string, shape: number[]) => {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.5);
    return { name, type: 'F32' as const, shape, bytes: new Uint8Array(values.buffer) };
  };
  return writeGguf(
    {
      'general.architecture': ['string', 'llama'],
      'llama.context_length': ['uint32', 64],
      'llama.embedding_length': ['uint32', 8],
      'llama.block_count': ['uint32', 1],
      'llama.feed_forward_length': ['uint32', 8],
      'llama.attention.head_count': ['uint32', 1],
      'llama.attention.layer_norm_rms_epsilon': ['float32', 1e-5],
      ...tokenizer,
    },
    [
      tensor('token_embd.weight', [tokens, 8]),
      tensor('output_norm.weight', [8]),
      ...['attn_norm', 'ffn_norm'].map((name) => tensor(`blk.0.${name}.weight`, [8])),
      ...['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'].map(
        (name) => tensor(`blk.0.${name}.weight`, [8, 8]),
      ),
    ],
  );
}

async function load(file: Uint8Array): Promise<{ ours: TextTokenizer; theirs: LlamaCpp | null }> {
  const { metadata } = await readGguf(memoryFile('model.gguf', file));
  const json = ggufTokenizer(new GgufFields('model.gguf', metadata));
  return { ours: createTokenizer(json, null), theirs: await loadLlamaCpp(file) };
}

/**
 * Bytes, and merges for all that stands in the texts, up to four bytes long: so dense that it matters where a
 * text was split.
 */
function bytePairs(pre: string): Record<string, GgufValue> {
  const names = [...byteLevelTable()].sort(([, a], [, b]) => a - b).map(([name]) => name);
  const merges = new Set<string>();
  for (const length of [2, 3, 4]) {
    for (const text of TEXTS) {
      const written = [...new TextEncoder().encode(text)].map((byte) => names[byte]).join('');
      for (let at = 0; at + length <= written.length; at++) {
        merges.add(`${written.slice(at, at + length - 1)} ${written[at + length - 1]}`);
      }
    }
  }
  const joined = [...merges].map((merge) => merge.replace(' ', ''));
  const tokens = ['<|bos|>', '<|eos|>', ...names, ...joined];
  return {
    'tokenizer.ggml.model': ['string', 'gpt2'],
    'tokenizer.ggml.pre': ['string', pre],
    'tokenizer.ggml.tokens': ['array', 'string', tokens],
    'tokenizer.ggml.token_type': ['array', 'int32', tokens.map((_, id) => (id < 2 ? 3 : 1))],
    'tokenizer.ggml.merges': ['array', 'string', [...merges]],
    'tokenizer.ggml.bos_token_id': ['uint32', 0],
    'tokenizer.ggml.eos_token_id': ['uint32', 1],
  };
}

/** Pieces of English and their scores, single bytes among them, as SentencePiece has them. */
function sentencePieces(more: Record<string, GgufValue> = {}): Record<string, GgufValue> {
  const text = TEXTS.join(' ').replaceAll(' ', '▁');
  const pieces = new Map<string, number>();
  for (const length of [2, 3, 5, 4]) {
    for (let at = 0; at + length <= text.length; at += length + 1) {
      const piece = text.slice(at, at + length);
      if (!/[\n\r\t\p{Surrogate}]/u.test(piece)) pieces.set(piece, -pieces.size);
    }
  }
  for (const character of new Set('▁abcdefghijklmnopqrstuvwxyzTIHWQA.,')) {
    pieces.set(character, -pieces.size);
  }
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  );
  const tokens = ['<unk>', '<s>', '</s>', ...bytes, ...pieces.keys(), '<|user|>'];
  const types = [2, 3, 3, ...bytes.map(() => 6), ...[...pieces].map(() => 1), 4];
  return {
    'tokenizer.ggml.model': ['string', 'llama'],
    'tokenizer.ggml.tokens': ['array', 'string', tokens],
    'tokenizer.ggml.token_type': ['array', 'int32', types],
    'tokenizer.ggml.scores': [
      'array',
      'float32',
      [0, 0, 0, ...bytes.map(() => 0), ...pieces.values(), 0],
    ],
    'tokenizer.ggml.bos_token_id': ['uint32', 1],
    'tokenizer.ggml.eos_token_id': ['uint32', 2],
    'tokenizer.ggml.unknown_token_id': ['uint32', 0],
    ...more,
  };
}

const CASES: [string, Record<string, GgufValue>][] = [
  ...['gpt-2', 'smollm', 'llama-bpe', 'dbrx', 'qwen2', 'tekken', 'gpt-4o', 'default'].map(
    (pre): [string, Record<string, GgufValue>] => [`byte pairs, ${pre}`, bytePairs(pre)],
  ),
  ['SentencePiece', sentencePieces()],
  [
    'SentencePiece without a space before the text',
    sentencePieces({ 'tokenizer.ggml.add_space_prefix': ['bool', false] }),
  ],
];

describe.each(CASES)('%s', async (name, tokenizer) => {
  const tokens = (tokenizer['tokenizer.ggml.tokens'].at(-1) as string[]).length;
  const { ours, theirs } = await load(modelWith(tokenizer, tokens));
  const prefixed = name === 'SentencePiece';
  afterAll(() => theirs?.dispose());

  test('texts begin as those of llama.cpp do', () => {
    expect(ours.bosId).toBe(theirs ? theirs.firstToken : ours.bosId);
    expect(ours.bosId !== null).toBe(/llama-bpe|tekken|SentencePiece/.test(name));
  });

  test('ids join to the text', () => {
    for (const text of TEXTS) {
      const decoded = ours.decode(ours.encode(text));
      expect(decoded.trimStart()).toBe(text.normalize('NFC').trimStart());
    }
  });

  test.skipIf(!theirs)('ids are those of llama.cpp', () => {
    for (const text of TEXTS) {
      // A space that a text begins with is the one that SentencePiece puts there.
      const spaced = prefixed && text.startsWith(' ') ? text.slice(1) : text;
      expect(ours.encode(text), text).toEqual(theirs?.tokenize(spaced));
    }
  });
});
