import { BufferSet } from '../gpu/buffers';
import { isFloat, rowBytes } from '../model/blocks';
import { floatToHalf } from '../model/half';
import { quantise } from '../model/quantise';
import { columnsOf, type LinearRole, type NormRole, type Source, storedRow } from '../model/roles';
import { floatsOf, type StoredTensor, type TensorType } from '../model/tensor';
import { blockTypeOf, type MatrixUse, type Rounding } from '../model/weight-types';
import {
  type Linear,
  type Matrix,
  MatrixLayout,
  type MatrixPart,
  type Segment,
  type Stacked,
} from './matrix';

/** Bytes that may wait in the queue before the GPU is given time to take them. */
const MOST_WAITING = 64 * 2 ** 20;
/** Values that are converted at once. */
const BLOCK_VALUES = 4 * 2 ** 20;

type Stored = Float32Array | Uint16Array | Uint8Array;

/**
 * Brings tensors to the GPU in the layout of the shaders. Memory holds one tensor at a time, besides a block
 * of converted values.
 */
export class Uploader {
  readonly buffers: BufferSet;
  private waiting = 0;
  /** What was read last: fused tensors feed several matrices in a row. */
  private last: { name: string; bytes: Uint8Array<ArrayBuffer> } | null = null;

  /**
   * @param most bytes of the largest binding
   * @param onRead called with the stored bytes of each tensor that was read
   */
  constructor(
    private readonly device: GPUDevice,
    private readonly tensors: Map<string, StoredTensor>,
    private readonly precision: 'f32' | 'f16',
    private readonly rounding: Rounding,
    private readonly most: number,
    private readonly onRead: (bytes: number) => void,
  ) {
    this.buffers = new BufferSet(device, 'Model weights');
  }

  /**
   * Sources of the same width, one below the other, with whole vec4 of columns.
   * @param use what decides about rounding; null: plain values, whatever the model's are
   */
  async matrix(label: string, stack: Stacked[], use: MatrixUse | null): Promise<Matrix> {
    const columns4 = Math.ceil(columnsOf(stack[0].source) / 4);
    const stride = columns4 * 4;
    const segments = this.segments(stack, use);
    const valueBytes = this.precision === 'f16' ? 2 : 4;
    const layout = new MatrixLayout(segments, stride, valueBytes, this.most);
    const { rows, partRows: each } = layout;
    const parts = Array.from({ length: Math.ceil(rows / each) }, (_, index): MatrixPart => {
      const from = index * each;
      const count = Math.min(each, rows - from);
      // Blocks may end in the middle of a word.
      const bytes = Math.ceil((layout.byteOf(from + count) - layout.byteOf(from)) / 4) * 4;
      return {
        buffer: this.buffers.storage(label, bytes),
        from,
        rows: count,
        rowBytes: layout.bytesOf(from),
        blocks: layout.blocksOf(from, count),
      };
    });
    // An even number of rows is a whole number of words, whatever they consist of.
    const blockRows = Math.max(2, 2 * Math.floor(BLOCK_VALUES / stride / 2));
    let first = 0;
    for (const [index, { source, rows: taken, order = (row: number) => row }] of stack.entries()) {
      for (let row = 0; row < source.rows; ) {
        const { buffer, from } = parts[Math.floor((first + row) / each)];
        const end = Math.min(source.rows, row + blockRows, from + each - first);
        const data = await this.encode(source, segments[index].type, row, end, order, stride);
        await this.write(buffer, layout.byteOf(first + row) - layout.byteOf(from), data);
        row = end;
      }
      first += taken;
    }
    return { rows, columns4, parts };
  }

  /** Floats between blocks are stored as they are in the file, by the same kernels. */
  private segments(stack: Stacked[], use: MatrixUse | null): Segment[] {
    const stored = stack.map(({ source }) => this.tensor(source.tensor).type);
    const types = stored.map((type) => use && blockTypeOf(type, this.rounding, use));
    const plain = types.every((type) => type === null);
    return stack.map(({ rows }, i) => ({ rows, type: plain ? null : (types[i] ?? stored[i]) }));
  }

  /** Rows [from, to) of a source in their order, as blocks of a type or as plain values. */
  private async encode(
    source: Source,
    type: TensorType | null,
    from: number,
    to: number,
    order: (row: number) => number,
    stride: number,
  ): Promise<Stored> {
    if (type === 'Q8_0' || type === 'Q4_0') {
      const { type: stored } = this.tensor(source.tensor);
      if (isFloat(stored)) {
        return quantise(type, await this.rowsOf(source, from, to, order, stride), stride);
      }
    }
    if (type) return await this.storedRows(source, from, to, order, rowBytes(type, stride));
    const values = await this.rowsOf(source, from, to, order, stride);
    return this.precision === 'f16' ? floatToHalf(values) : values;
  }

  /** Rows [from, to) of a source in their order, as stored but filled up to `width` bytes. */
  private async storedRows(
    source: Source,
    from: number,
    to: number,
    order: (row: number) => number,
    width: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { bytes } = await this.read(source.tensor);
    const stored = bytes.length / source.shape[0];
    const rows = new Uint8Array((to - from) * width);
    for (let row = from; row < to; row++) {
      const at = storedRow(source, order(row)) * stored;
      rows.set(bytes.subarray(at, at + stored), (row - from) * width);
    }
    return rows;
  }

  /** A matrix with its biases, where it has them. */
  async linear(
    label: string,
    roles: (Omit<Stacked, 'source'> & { role: LinearRole })[],
  ): Promise<Linear> {
    const matrix = await this.matrix(
      label,
      roles.map(({ role, ...rest }) => ({ source: role.weight, ...rest })),
      'layer',
    );
    const biases = roles.flatMap(({ role, ...rest }) =>
      role.bias ? [{ source: role.bias, ...rest }] : [],
    );
    if (biases.length === 0) return { matrix, bias: null };
    const values = new Float32Array(matrix.rows);
    let at = 0;
    for (const { source, rows, order = (row: number) => row } of biases) {
      values.set(await this.rowsOf(source, 0, source.rows, order, 1), at);
      at += rows;
    }
    return { matrix, bias: await this.floats(`${label} bias`, values) };
  }

  /**
   * Weights of norms, and the biases where there are any, each padded to `width`: f32[…, width].
   * @param offset added to the weights
   */
  async norms(
    label: string,
    roles: NormRole[],
    width: number,
    offset: number,
    order: Stacked['order'] = (row) => row,
  ): Promise<GPUBuffer> {
    const sources = roles.flatMap(({ weight, bias }) => (bias ? [weight, bias] : [weight]));
    const values = new Float32Array(sources.length * width);
    for (const [index, source] of sources.entries()) {
      const stored = await this.rowsOf(source, 0, source.rows, order, 1);
      const added = roles.some(({ weight }) => weight === source) ? offset : 0;
      values.set(
        stored.map((value) => value + added),
        index * width,
      );
    }
    return await this.floats(label, values);
  }

  /** Rows [from, to) of a source in their order, f32[to − from, stride]; columns past its own are zero. */
  private async rowsOf(
    source: Source,
    from: number,
    to: number,
    order: (row: number) => number,
    stride: number,
  ): Promise<Float32Array> {
    const columns = columnsOf(source);
    const { type, bytes } = await this.read(source.tensor);
    const stored = Array.from({ length: to - from }, (_, i) => storedRow(source, order(from + i)));
    const values = new Float32Array(stored.length * stride);
    if (source.transposed) {
      const [, across] = source.shape;
      const all = floatsOf(type, bytes);
      stored.forEach((row, i) => {
        for (let column = 0; column < columns; column++) {
          values[i * stride + column] = all[column * across + row];
        }
      });
      return values;
    }
    const rowBytes = bytes.length / source.shape[0];
    const floatRows = (row: number, count: number) =>
      floatsOf(type, bytes.subarray(row * rowBytes, (row + count) * rowBytes));
    const inARow = stored.every((row, i) => row === stored[0] + i);
    if (inARow && stride === columns) return floatRows(stored[0], stored.length);
    stored.forEach((row, i) => {
      values.set(floatRows(row, 1), i * stride);
    });
    return values;
  }

  private tensor(name: string): StoredTensor {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new Error(`The checkpoint has no ${name}.`);
    return tensor;
  }

  private async read(name: string): Promise<{ type: StoredTensor['type']; bytes: Uint8Array }> {
    const tensor = this.tensor(name);
    if (this.last?.name !== name) {
      this.last = null;
      this.last = { name, bytes: await tensor.read() };
      this.onRead(tensor.bytes);
    }
    return { type: tensor.type, bytes: this.last.bytes };
  }

  private async floats(label: string, values: Float32Array): Promise<GPUBuffer> {
    const buffer = this.buffers.storage(label, values.byteLength);
    await this.write(buffer, 0, values);
    return buffer;
  }

  /** Data that ends in the middle of a word is the end of its buffer. */
  private async write(buffer: GPUBuffer, at: number, data: Stored) {
    const { byteLength } = data;
    const whole = byteLength - (byteLength % 4);
    this.device.queue.writeBuffer(buffer, at, data.buffer, data.byteOffset, whole);
    if (whole < byteLength) {
      const last = new Uint8Array(4);
      last.set(new Uint8Array(data.buffer, data.byteOffset + whole));
      this.device.queue.writeBuffer(buffer, at + whole, last);
    }
    this.waiting += byteLength;
    if (this.waiting < MOST_WAITING) return;
    this.waiting = 0;
    await this.device.queue.onSubmittedWorkDone();
  }
}
