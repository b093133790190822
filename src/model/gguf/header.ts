/**
 * Reads the header of a GGUF file: metadata, then names, shapes and places of the tensors. Written here
 * rather than taken from `@huggingface/gguf`, which wants an address to fetch, takes what lies behind the end
 * of a cut file for zeros, and would add 260 kB to the worker.
 */
import { BLOCKS } from '../blocks';
import { damagedFile, type ModelFile } from '../files';
import type { TensorType } from '../tensor';
import { TroubleError } from '../../trouble';
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
/** The header's length is not written anywhere; it is read in steps. */
const STEP = 2 ** 21;

/** @throws TroubleError `model-damaged`, or `model-unsupported` for types of tensors unknown here. */
export async function readGguf(file: ModelFile): Promise<GgufHeader> {
  const reader = new HeaderReader(file);
  if ((await reader.number('uint32')) !== MAGIC) reader.fail('GGUF as the first four bytes', 'others');
  const version = await reader.number('uint32');
  if (version !== 2 && version !== 3) reader.fail('version 2 or 3', `${version}`);
  const tensorCount = await reader.count('tensors', MOST.tensors);
  const entryCount = await reader.count('metadata entries', MOST.entries);
  const metadata: Metadata = new Map();
  for (let i = 0; i < entryCount; i++) {
    const key = await reader.text();
    if (metadata.has(key)) reader.fail('different metadata keys', `${key} twice`);
    metadata.set(key, await reader.value(await reader.valueType()));
  }
  const places: Omit<GgufEntry, 'to'>[] = [];
  const names = new Set<string>();
  for (let i = 0; i < tensorCount; i++) {
    const name = await reader.text();
    if (names.has(name)) reader.fail('different tensors', `${name} twice`);
    names.add(name);
    const dimensions = await reader.number('uint32');
    if (dimensions > MOST.dimensions) {
      reader.fail(`at most ${MOST.dimensions} dimensions of ${name}`, `${dimensions}`);
    }
    const shape: number[] = [];
    for (let d = 0; d < dimensions; d++) shape.unshift(await reader.number('uint64'));
    const type = tensorType(file, name, await reader.number('uint32'));
    places.push({ name, type, shape, from: await reader.number('uint64') });
  }
  const alignment = metadata.get('general.alignment') ?? ALIGNMENT;
  if (typeof alignment !== 'number' || alignment < 1 || alignment > 2 ** 20) {
    return reader.fail('general.alignment from 1 to 1048576', JSON.stringify(alignment));
  }
  const start = Math.ceil(reader.position / alignment) * alignment;
  return { metadata, tensors: places.map((place) => locate(file, place, start)) };
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
    damagedFile(where, `${type} of shape [${shape}] inside the file of ${file.size} bytes`, `bytes ${from} to ${to}`);
  }
  return { name, type, shape, from, to };
}

/** Reads values in order; bytes come in steps, so that only the header is read of a large file. */
class HeaderReader {
  position = 0;
  private view = new DataView(new ArrayBuffer(0));

  constructor(private readonly file: ModelFile) {}

  fail(expected: string, found: string): never {
    return damagedFile(this.file.path, expected, found);
  }

  /** Whole numbers of 64 bits must be exact as a double. */
  async number(type: Exclude<ValueType, 'string' | 'array' | 'bool'>): Promise<number> {
    const [size, read] = READERS[type];
    const at = await this.take(size);
    const value = Number(read(this.view, at));
    if (size === 8 && type !== 'float64' && !Number.isSafeInteger(value)) {
      this.fail('numbers below 2⁵³', `${value}`);
    }
    return value;
  }

  async count(what: string, most: number): Promise<number> {
    const count = await this.number('uint64');
    return count <= most ? count : this.fail(`at most ${most} ${what}`, `${count}`);
  }

  async text(): Promise<string> {
    const length = await this.count('bytes of text', MOST.text);
    const at = await this.take(length);
    return new TextDecoder().decode(new Uint8Array(this.view.buffer, at, length));
  }

  async valueType(): Promise<ValueType> {
    const number = await this.number('uint32');
    return VALUE_TYPES[number] ?? this.fail('a value type from 0 to 12', `${number}`);
  }

  async value(type: ValueType): Promise<Scalar | Scalar[]> {
    if (type !== 'array') return await this.scalar(type);
    const element = await this.valueType();
    const count = await this.count('elements', MOST.elements);
    const values: Scalar[] = [];
    for (let i = 0; i < count; i++) values.push(await this.scalar(element));
    return values;
  }

  private async scalar(type: ValueType): Promise<Scalar> {
    if (type === 'string') return await this.text();
    if (type === 'bool') return (await this.number('uint8')) !== 0;
    if (type === 'array') return this.fail('arrays of numbers or texts', 'an array of arrays');
    return await this.number(type);
  }

  /** Makes sure that the next bytes are there, and steps over them. @returns where they start */
  private async take(bytes: number): Promise<number> {
    const at = this.position;
    this.position += bytes;
    if (this.position > this.view.byteLength) await this.readTo(this.position);
    return at;
  }

  private async readTo(needed: number): Promise<void> {
    const { size } = this.file;
    if (needed > Math.min(size, MOST.header)) this.fail('a whole header', `an end after ${size} bytes`);
    const to = Math.min(size, Math.max(needed, 2 * this.view.byteLength, STEP));
    const grown = new Uint8Array(to);
    grown.set(new Uint8Array(this.view.buffer));
    grown.set(await this.file.read(this.view.byteLength, to), this.view.byteLength);
    this.view = new DataView(grown.buffer);
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
