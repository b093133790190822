/**
 * Reads the header of a GGUF file: metadata, then names, shapes and places of the tensors. Written here
 * rather than taken from `@huggingface/gguf`, which wants an address to fetch, takes what lies behind the end
 * of a cut file for zeros, and would add 260 kB to the worker.
 */

import { TroubleError } from '../../trouble';
import { BLOCKS } from '../blocks';
import { damagedFile, type ModelFile } from '../files';
import type { TensorType } from '../tensor';
import {
  ALIGNMENT,
  MAGIC,
  type Metadata,
  type Scalar,
  TYPE_NUMBERS,
  VALUE_TYPES,
  type ValueType,
} from './format';

export interface GgufEntry {
  name: string;
  type: TensorType;
  /** Rows first: the reverse of the order in the file. */
  shape: number[];
  /** Byte range [from, to) in the file. */
  from: number;
  to: number;
}

export interface GgufHeader {
  metadata: Metadata;
  tensors: GgufEntry[];
}

/** Above these a number in the file is a mistake. */
const MOST = {
  entries: 100_000,
  elements: 4_000_000,
  tensors: 100_000,
  dimensions: 4,
  text: 16 * 2 ** 20,
  header: 256 * 2 ** 20,
};
/** Bytes to try first: how long a header is stands nowhere. */
const STEP = 2 ** 21;
/** Some vocabularies have a token that is a byte order mark. */
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });
/** Thrown where the header is longer than what was read. */
const CUT = new Error('The header goes on.');

/** @throws TroubleError `model-damaged`, or `model-unsupported` for types of tensors unknown here. */
export async function readGguf(file: ModelFile): Promise<GgufHeader> {
  let bytes = new Uint8Array(0);
  for (;;) {
    const to = Math.min(file.size, Math.max(STEP, 2 * bytes.length));
    const longer = new Uint8Array(to);
    longer.set(bytes);
    longer.set(await file.read(bytes.length, to), bytes.length);
    bytes = longer;
    try {
      return parse(file, bytes);
    } catch (error) {
      if (error !== CUT) throw error;
      if (to === file.size) damagedFile(file.path, 'a whole header', `an end after ${to} bytes`);
      if (to > MOST.header) damagedFile(file.path, `a header below ${MOST.header} bytes`, 'more');
    }
  }
}

/** @throws CUT where the header goes on behind `bytes`, which are the first of the file. */
function parse(file: ModelFile, bytes: Uint8Array): GgufHeader {
  const reader = new HeaderReader(file.path, bytes);
  if (reader.number('uint32') !== MAGIC) reader.fail('GGUF as the first four bytes', 'others');
  const version = reader.number('uint32');
  if (version !== 2 && version !== 3) reader.fail('version 2 or 3', `${version}`);
  const tensorCount = reader.count('tensors', MOST.tensors);
  const entryCount = reader.count('metadata entries', MOST.entries);
  const metadata: Metadata = new Map();
  for (let i = 0; i < entryCount; i++) {
    const key = reader.text();
    if (metadata.has(key)) reader.fail('different metadata keys', `${key} twice`);
    metadata.set(key, reader.value(reader.valueType()));
  }
  const places = new Map<string, Omit<GgufEntry, 'to'>>();
  for (let i = 0; i < tensorCount; i++) {
    const name = reader.text();
    if (places.has(name)) reader.fail('different tensors', `${name} twice`);
    const dimensions = reader.number('uint32');
    if (dimensions > MOST.dimensions) {
      reader.fail(`at most ${MOST.dimensions} dimensions of ${name}`, `${dimensions}`);
    }
    const shape = Array.from({ length: dimensions }, () => reader.number('uint64')).reverse();
    const type = tensorType(file, name, reader.number('uint32'));
    places.set(name, { name, type, shape, from: reader.number('uint64') });
  }
  const alignment = metadata.get('general.alignment') ?? ALIGNMENT;
  if (typeof alignment !== 'number' || !(alignment >= 1 && alignment <= 2 ** 20)) {
    return reader.fail('general.alignment from 1 to 1048576', JSON.stringify(alignment));
  }
  const start = Math.ceil(reader.position / alignment) * alignment;
  return { metadata, tensors: [...places.values()].map((place) => locate(file, place, start)) };
}

function tensorType(file: ModelFile, name: string, number: number): TensorType {
  const found = Object.entries(TYPE_NUMBERS).find(([, known]) => known === number);
  if (found) return found[0] as TensorType;
  const known = Object.keys(TYPE_NUMBERS).join(', ');
  throw new TroubleError(
    'model-unsupported',
    `${file.path}: ${name} must be of a type among ${known}, found ggml type ${number}.`,
    'Choose another quantisation of this model, such as Q4_K_M or Q8_0.',
  );
}

function locate(file: ModelFile, place: Omit<GgufEntry, 'to'>, start: number): GgufEntry {
  const { name, type, shape } = place;
  const { values, bytes } = BLOCKS[type];
  const where = `${file.path}: ${name}`;
  const columns = shape.at(-1) ?? 1;
  if (columns % values !== 0) {
    damagedFile(where, `rows of whole blocks of ${values} values (${type})`, `rows of ${columns}`);
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const from = start + place.from;
  const to = from + (count / values) * bytes;
  if (!Number.isSafeInteger(to) || to > file.size) {
    damagedFile(
      where,
      `${type} of shape [${shape}] inside the file of ${file.size} bytes`,
      `bytes ${from} to ${to}`,
    );
  }
  return { name, type, shape, from, to };
}

/** Reads values in order. */
class HeaderReader {
  position = 0;
  private readonly view: DataView;

  constructor(
    private readonly path: string,
    private readonly bytes: Uint8Array,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  fail(expected: string, found: string): never {
    return damagedFile(this.path, expected, found);
  }

  /** Whole numbers of 64 bits must be exact as a double. */
  number(type: NumberType): number {
    const [size, read] = READERS[type];
    const value = Number(read(this.view, this.step(size)));
    if (size === 8 && type !== 'float64' && !Number.isSafeInteger(value)) {
      this.fail('numbers below 2⁵³', `${value}`);
    }
    return value;
  }

  count(what: string, most: number): number {
    const count = this.number('uint64');
    return count <= most ? count : this.fail(`at most ${most} ${what}`, `${count}`);
  }

  text(): string {
    const length = this.count('bytes of text', MOST.text);
    const at = this.step(length);
    return UTF8.decode(this.bytes.subarray(at, at + length));
  }

  valueType(): ValueType {
    const number = this.number('uint32');
    return VALUE_TYPES[number] ?? this.fail('a value type from 0 to 12', `${number}`);
  }

  value(type: ValueType): Scalar | Scalar[] {
    if (type !== 'array') return this.scalar(type);
    const element = this.valueType();
    const count = this.count('elements', MOST.elements);
    const values: Scalar[] = [];
    for (let i = 0; i < count; i++) values.push(this.scalar(element));
    return values;
  }

  private scalar(type: ValueType): Scalar {
    if (type === 'string') return this.text();
    if (type === 'bool') return this.number('uint8') !== 0;
    if (type === 'array') return this.fail('arrays of numbers or texts', 'an array of arrays');
    return this.number(type);
  }

  /** Steps over bytes, which must be there. @returns where they start */
  private step(bytes: number): number {
    const at = this.position;
    this.position += bytes;
    if (this.position > this.bytes.length) throw CUT;
    return at;
  }
}

type NumberType = Exclude<ValueType, 'string' | 'array' | 'bool'>;
type Read = (view: DataView, at: number) => number | bigint;

/** Bytes of each type, and how it is read. */
const READERS: Record<NumberType, [size: number, read: Read]> = {
  uint8: [1, (view, at) => view.getUint8(at)],
  int8: [1, (view, at) => view.getInt8(at)],
  uint16: [2, (view, at) => view.getUint16(at, true)],
  int16: [2, (view, at) => view.getInt16(at, true)],
  uint32: [4, (view, at) => view.getUint32(at, true)],
  int32: [4, (view, at) => view.getInt32(at, true)],
  float32: [4, (view, at) => view.getFloat32(at, true)],
  uint64: [8, (view, at) => view.getBigUint64(at, true)],
  int64: [8, (view, at) => view.getBigInt64(at, true)],
  float64: [8, (view, at) => view.getFloat64(at, true)],
};
