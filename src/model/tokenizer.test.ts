import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import reference from '../reference/embedded-model.json';
import { createTokenizer } from './tokenizer';

const read = (file: string): unknown =>
  JSON.parse(
    readFileSync(new URL(`../../public/models/needle-2.4m/${file}`, import.meta.url), 'utf8'),
  );
const tokenizer = createTokenizer(read('tokenizer.json'), read('tokenizer_config.json'));

describe("the embedded model's tokenizer", () => {
  test.each(reference.items)('gives the ids of the reference for %#', (item) => {
    const [bos, ...ids] = item.input_ids;
    expect(bos).toBe(0);
    expect(tokenizer.encode(item.prompt)).toEqual(ids);
    expect(tokenizer.decode(item.input_ids)).toBe(item.prompt);
    expect(tokenizer.decode(item.greedy_ids)).toBe(item.greedy_text);
  });

  test('begins a text with BOS, as its post-processor says', () => {
    expect(tokenizer.bosId).toBe(0);
    const plain = { ...(read('tokenizer.json') as object), post_processor: null };
    expect(createTokenizer(plain, {}).bosId).toBe(null);
  });

  test('parts that begin with white space join to the ids of the whole', () => {
    const whole = 'Tom sat down. He was tired.\nIt rained.\nQuestion: Where is Tom?\nAnswer:';
    const parts = whole.match(/\s?\S+/g) ?? [];
    expect(parts.flatMap((part) => tokenizer.encode(part))).toEqual(tokenizer.encode(whole));
  });

  test('pieces join to the text, also where a character spans tokens', () => {
    const text = 'Grüße, 世界 🌍!';
    const ids = tokenizer.encode(text);
    expect(ids.length).toBeGreaterThan([...text].length);
    expect(tokenizer.piecesOf(ids).join('')).toBe(text);
    expect(tokenizer.decode(ids)).toBe(text);
  });

  test('a special token shows its name and is left out of the text', () => {
    expect(tokenizer.pieceOf(0)).toBe('<|bos|>');
    expect(tokenizer.pieceOf(16)).toBe('.');
    expect(tokenizer.decode([0, 16, 1])).toBe('.');
  });

  test('a broken sequence ends in a replacement character', () => {
    const [first] = tokenizer.encode('世');
    expect(tokenizer.piecesOf([first])).toEqual(['\ufffd']);
  });
});

describe('a tokenizer of the SentencePiece kind', () => {
  const pieces = [
    '<unk>',
    '<s>',
    '</s>',
    '<0xC3>',
    '<0xBC>',
    '▁',
    'h',
    'i',
    '▁h',
    '▁hi',
    'o',
    '▁o',
  ];
  const sentencePiece = createTokenizer(
    {
      version: '1.0',
      added_tokens: ['<unk>', '<s>', '</s>'].map((content, id) => ({ id, content, special: true })),
      normalizer: {
        type: 'Sequence',
        normalizers: [
          { type: 'Prepend', prepend: '▁' },
          { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
        ],
      },
      pre_tokenizer: null,
      post_processor: null,
      decoder: {
        type: 'Sequence',
        decoders: [
          { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
          { type: 'ByteFallback' },
          { type: 'Fuse' },
        ],
      },
      model: {
        type: 'BPE',
        unk_token: '<unk>',
        byte_fallback: true,
        fuse_unk: true,
        vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
        merges: ['▁ h', '▁h i', '▁ o'],
      },
    },
    null,
  );

  test('does not get a second space from the space that parts begin with', () => {
    expect(sentencePiece.encode('hi')).toEqual([9]);
    expect(sentencePiece.encode(' hi')).toEqual([9]);
    expect(sentencePiece.encode(' o')).toEqual([11]);
  });

  test('pieces are text, and bytes join to characters', () => {
    expect(sentencePiece.piecesOf([1, 9, 3, 4])).toEqual(['<s>', ' hi', '', 'ü']);
    expect(sentencePiece.decode([1, 9, 3, 4])).toBe(' hiü');
  });
});

test('what is not a tokenizer is refused', () => {
  expect(() => createTokenizer({ model: {} }, null)).toThrow('tokenizer.json');
  expect(() => createTokenizer([], null)).toThrow('tokenizer.json');
});
