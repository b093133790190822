import type { TensorType } from '../tensor';
import { ALIGNMENT, MAGIC, type Scalar, TYPE_NUMBERS, VALUE_TYPES, type ValueType } from './format';

export interface GgufTensor {
  name: string;
  type: TensorType;
  /** Rows first. */
  shape: number[];
  bytes: Uint8Array;
}

/** A metadata value with how it is written; arrays name the type of their elements. */
export type GgufValue = [ValueType, Scalar] | ['array', ValueType, Scalar[]];

/** The bytes of a GGUF file, version 3. */
export function writeGguf(
  metadata: Record<string, GgufValue>,
  tensors: GgufTensor[],
): Uint8Array<ArrayBuffer> {
  const bytes = new Bytes();
  bytes.write('uint32', MAGIC);
  bytes.write('uint32', 3);
  bytes.write('uint64', tensors.length);
  bytes.write('uint64', Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    bytes.write('string', key);
    bytes.write('uint32', VALUE_TYPES.indexOf(value[0]));
    if (value.length === 2) {
      bytes.write(value[0], value[1]);
      continue;
    }
    bytes.write('uint32', VALUE_TYPES.indexOf(value[1]));
    bytes.write('uint64', value[2].length);
    for (const element of value[2]) bytes.write(value[1], element);
  }
  let offset = 0;
  for (const { name, type, shape, bytes: data } of tensors) {
    bytes.write('string', name);
    bytes.write('uint32', shape.length);
    for (const size of shape.toReversed()) bytes.write('uint64', size);
    bytes.write('uint32', TYPE_NUMBERS[type]);
    bytes.write('uint64', offset);
    offset += Math.ceil(data.length / ALIGNMENT) * ALIGNMENT;
  }
  for (const { bytes: data } of tensors) {
    bytes.align(ALIGNMENT);
    bytes.append(data);
  }
  bytes.align(ALIGNMENT);
  return bytes.all();
}

/** Bytes that grow as they are written, little-endian. */
class Bytes {
  private data = new Uint8Array(1024);
  private length = 0;

  write(type: ValueType, value: Scalar): void {
    if (type === 'string') {
      const text = new TextEncoder().encode(String(value));
      this.write('uint64', text.length);
      this.append(text);
      return;
    }
    const [size, write] = WRITERS[type] ?? [];
    if (!size || !write) throw new Error(`There are no values of type ${type} in arrays.`);
    const view = new DataView(new ArrayBuffer(size));
    write(view, Number(value));
    this.append(new Uint8Array(view.buffer));
  }

  append(more: Uint8Array): void {
    const needed = this.length + more.length;
    if (needed > this.data.length) {
      const grown = new Uint8Array(2 * needed);
      grown.set(this.data.subarray(0, this.length));
      this.data = grown;
    }
    this.data.set(more, this.length);
    this.length = needed;
  }

  align(to: number): void {
    this.append(new Uint8Array(Math.ceil(this.length / to) * to - this.length));
  }

  all(): Uint8Array<ArrayBuffer> {
    return this.data.slice(0, this.length);
  }
}

type Write = (view: DataView, value: number) => void;

/** Bytes of each type of number, and how it is written at the start of a view. */
const WRITERS: Partial<Record<ValueType, [size: number, write: Write]>> = {
  uint8: [1, (view, value) => view.setUint8(0, value)],
  int8: [1, (view, value) => view.setInt8(0, value)],
  uint16: [2, (view, value) => view.setUint16(0, value, true)],
  int16: [2, (view, value) => view.setInt16(0, value, true)],
  uint32: [4, (view, value) => view.setUint32(0, value, true)],
  int32: [4, (view, value) => view.setInt32(0, value, true)],
  float32: [4, (view, value) => view.setFloat32(0, value, true)],
  bool: [1, (view, value) => view.setUint8(0, value)],
  uint64: [8, (view, value) => view.setBigUint64(0, BigInt(value), true)],
  int64: [8, (view, value) => view.setBigInt64(0, BigInt(value), true)],
  float64: [8, (view, value) => view.setFloat64(0, value, true)],
};
