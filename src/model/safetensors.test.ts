import { describe, expect, test } from 'vitest';
import { troubleOf } from '../trouble';
import { memoryFile } from './memory-files';
import { readHeader as readFileHeader } from './safetensors';
import { writeSafetensors } from './safetensors-writer';

const a = { name: 'a', dtype: 'F32', shape: [2, 3], bytes: new Uint8Array(24) };
const b = { name: 'b', dtype: 'BF16', shape: [5], bytes: new Uint8Array(10) };

const readHeader = (bytes: Uint8Array, where: string) => readFileHeader(memoryFile(where, bytes));

function fileOf(header: unknown, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(
    typeof header === 'string' ? header : JSON.stringify(header),
  );
  const file = new Uint8Array(8 + text.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

async function whatOf(file: Uint8Array): Promise<string> {
  try {
    await readHeader(file, 'model.safetensors');
  } catch (error) {
    const { code, what } = troubleOf(error);
    expect(code).toBe('model-damaged');
    return what;
  }
  throw new Error('was accepted');
}

describe('readHeader', () => {
  test('places of all tensors, in the whole file', async () => {
    const file = writeSafetensors([a, b]);
    const [first, second] = await readHeader(file, 'model.safetensors');
    expect(first).toMatchObject({ name: 'a', dtype: 'F32', shape: [2, 3], to: first.from + 24 });
    expect(second).toEqual({
      name: 'b',
      dtype: 'BF16',
      shape: [5],
      from: first.to,
      to: file.length,
    });
  });

  test('reads a file that is a view at an odd offset', async () => {
    const file = writeSafetensors([a, b]);
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    expect(await readHeader(shifted.subarray(3), 'x')).toEqual(await readHeader(file, 'x'));
  });

  test('a scalar and an empty tensor are tensors', async () => {
    const file = fileOf(
      {
        s: { dtype: 'F16', shape: [], data_offsets: [0, 2] },
        e: { dtype: 'F16', shape: [0, 4], data_offsets: [2, 2] },
      },
      2,
    );
    expect((await readHeader(file, 'x')).map(({ name }) => name)).toEqual(['s', 'e']);
  });

  test('refuses every shorter version of a file', async () => {
    const file = writeSafetensors([a, b]);
    for (let length = 0; length < file.length; length++) await whatOf(file.subarray(0, length));
  });

  test.each([
    ['an HTML page', new TextEncoder().encode('<!doctype html><html></html>'), 'header length'],
    ['no JSON', fileOf('{"a":', 0), 'JSON'],
    ['a list', fileOf([], 0), 'JSON object'],
    [
      'an unknown dtype',
      fileOf({ a: { dtype: 'Q4', shape: [1], data_offsets: [0, 1] } }, 1),
      '"Q4"',
    ],
    ['no dtype', fileOf({ a: 5 }, 1), 'found none'],
    [
      'a negative size',
      fileOf({ a: { dtype: 'F16', shape: [-1], data_offsets: [0, 2] } }, 2),
      '[-1]',
    ],
    [
      'offsets that differ from the shape',
      fileOf({ a: { dtype: 'F16', shape: [2], data_offsets: [0, 6] } }, 6),
      'expected 4 bytes for F16 of shape [2], found 6',
    ],
    [
      'overlap',
      fileOf(
        {
          a: { dtype: 'F16', shape: [2], data_offsets: [0, 4] },
          b: { dtype: 'F16', shape: [2], data_offsets: [2, 6] },
        },
        6,
      ),
      'overlaps',
    ],
    [
      'a gap',
      fileOf({ a: { dtype: 'F16', shape: [1], data_offsets: [2, 4] } }, 4),
      'gap of 2 bytes',
    ],
    [
      'bytes after the end',
      fileOf({ a: { dtype: 'F16', shape: [1], data_offsets: [0, 2] } }, 9),
      'as its header says',
    ],
  ])('refuses %s', async (_, file, part) => {
    expect(await whatOf(file)).toContain(part);
  });
});
