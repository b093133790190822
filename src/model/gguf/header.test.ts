import { describe, expect, test } from 'vitest';
import { memoryFile } from '../memory-files';
import { readGguf } from './header';
import type { GgufValue } from './writer';
import { type GgufTensor, writeGguf } from './writer';

const METADATA: Record<string, GgufValue> = {
  'general.architecture': ['string', 'llama'],
  'llama.block_count': ['uint32', 2],
  'llama.attention.layer_norm_rms_epsilon': ['float32', 0.5],
  'tokenizer.ggml.add_bos_token': ['bool', true],
  'tokenizer.ggml.tokens': ['array', 'string', ['a', 'é', '', '\ufeff']],
  'tokenizer.ggml.scores': ['array', 'float32', [-1, 0, 2.5]],
  'general.size': ['uint64', 2 ** 40],
  'general.offset': ['int8', -3],
};
const TENSORS: GgufTensor[] = [
  { name: 'a', type: 'F32', shape: [3, 5], bytes: new Uint8Array(60).fill(1) },
  { name: 'b', type: 'Q6_K', shape: [2, 256], bytes: new Uint8Array(420).fill(2) },
  { name: 'c', type: 'BF16', shape: [7], bytes: new Uint8Array(14).fill(3) },
];

const FILE = writeGguf(METADATA, TENSORS);
const read = (bytes: Uint8Array) => readGguf(memoryFile('x.gguf', bytes));

/** The file with one part of its bytes changed. */
function changed(change: (view: DataView) => void): Uint8Array {
  const bytes = FILE.slice();
  change(new DataView(bytes.buffer));
  return bytes;
}

test('reads what was written', async () => {
  const { metadata, tensors } = await read(FILE);
  expect(Object.fromEntries(metadata)).toEqual(
    Object.fromEntries(Object.entries(METADATA).map(([key, value]) => [key, value.at(-1)])),
  );
  expect(tensors.map(({ name, type, shape }) => ({ name, type, shape }))).toEqual(
    TENSORS.map(({ name, type, shape }) => ({ name, type, shape })),
  );
  for (const [i, { from, to }] of tensors.entries()) {
    expect(FILE.slice(from, to)).toEqual(TENSORS[i].bytes);
  }
});

test('a header longer than the first step', async () => {
  const words = Array.from({ length: 300_000 }, (_, i) => `token ${i}`);
  const file = writeGguf({ ...METADATA, words: ['array', 'string', words] }, TENSORS);
  const { metadata, tensors } = await read(file);
  expect(metadata.get('words')).toEqual(words);
  expect(file.slice(tensors[2].from, tensors[2].to)).toEqual(TENSORS[2].bytes);
});

describe('refuses', () => {
  test('a file that ends anywhere', async () => {
    for (let length = 0; length < FILE.length - 20; length += 7) {
      await expect(read(FILE.slice(0, length))).rejects.toMatchObject({
        trouble: { code: 'model-damaged' },
      });
    }
  });

  test.each([
    [
      'another kind of file',
      (view: DataView) => view.setUint32(0, 0x04034b50, true),
      'GGUF as the first',
    ],
    ['version 1', (view: DataView) => view.setUint32(4, 1, true), 'version 2 or 3'],
    ['too many tensors', (view: DataView) => view.setBigUint64(8, 2n ** 62n, true), '2⁵³'],
    [
      'too many entries',
      (view: DataView) => view.setBigUint64(16, 10n ** 9n, true),
      'metadata entries',
    ],
    ['too long a key', (view: DataView) => view.setBigUint64(24, 10n ** 9n, true), 'bytes of text'],
  ])('%s', async (_, change, message) => {
    await expect(read(changed(change))).rejects.toThrow(message);
  });

  test('types of tensors that are unknown', async () => {
    const at = FILE.findIndex(
      (byte, i) => byte === 14 && FILE[i - 16] === 0 && FILE[i + 1] === 0 && i > 300,
    );
    const bytes = FILE.slice();
    bytes[at] = 16;
    await expect(read(bytes)).rejects.toThrow(/Q6_K.*found ggml type 16/);
  });

  test('rows that are no whole blocks', async () => {
    const file = writeGguf(METADATA, [{ ...TENSORS[1], shape: [4, 128] }]);
    await expect(read(file)).rejects.toThrow('rows of whole blocks of 256 values (Q6_K)');
  });

  test('tensors outside the file', async () => {
    const file = writeGguf(METADATA, [{ ...TENSORS[1], shape: [200, 256] }]);
    await expect(read(file)).rejects.toThrow('Q6_K of shape [200,256] inside the file');
  });

  test('a name that comes twice', async () => {
    await expect(read(writeGguf(METADATA, [TENSORS[0], TENSORS[0]]))).rejects.toThrow('a twice');
  });
});
