import { BufferSet } from '../gpu/buffers';
import { floatToHalf } from '../model/half';
import { columnsOf, type LinearRole, type NormRole, type Source, storedRow } from '../model/roles';
import { floatsOf, type StoredTensor } from '../model/tensor';
import { type Linear, type Matrix, partRows, type Stacked } from './matrix';

/** Bytes that may wait in the queue before the GPU is given time to take them. */
const MOST_WAITING = 64 * 2 ** 20;
/** Values that are converted at once. */
const BLOCK_VALUES = 4 * 2 ** 20;

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
    private readonly most: number,
    private readonly onRead: (bytes: number) => void,
  ) {
    this.buffers = new BufferSet(device, 'Model weights');
  }

  /** Sources of the same width, one below the other, with whole vec4 of columns. */
  async matrix(label: string, stack: Stacked[]): Promise<Matrix> {
    const columns4 = Math.ceil(columnsOf(stack[0].source) / 4);
    const stride = columns4 * 4;
    const valueBytes = this.precision === 'f16' ? 2 : 4;
    const rows = stack.reduce((sum, one) => sum + one.rows, 0);
    const each = partRows(rows, stride * valueBytes, this.most);
    const parts = Array.from({ length: Math.ceil(rows / each) }, (_, index) => {
      const count = Math.min(each, rows - index * each);
      const buffer = this.buffers.storage(label, count * stride * valueBytes);
      return { buffer, from: index * each, rows: count };
    });
    const blockRows = Math.max(1, Math.floor(BLOCK_VALUES / stride));
    let first = 0;
    for (const { source, rows: taken, order = (row: number) => row } of stack) {
      for (let row = 0; row < source.rows; ) {
        const { buffer, from } = parts[Math.floor((first + row) / each)];
        const end = Math.min(source.rows, row + blockRows, from + each - first);
        const values = await this.rowsOf(source, row, end, order, stride);
        const data = this.precision === 'f16' ? floatToHalf(values) : values;
        // Rows are whole vec4, so offsets and lengths are multiples of 4 bytes in both precisions.
        await this.write(buffer, (first + row - from) * stride * valueBytes, data);
        row = end;
      }
      first += taken;
    }
    return { rows, columns4, parts };
  }

  /** A matrix with its biases, where it has them. */
  async linear(
    label: string,
    roles: (Omit<Stacked, 'source'> & { role: LinearRole })[],
  ): Promise<Linear> {
    const matrix = await this.matrix(
      label,
      roles.map(({ role, ...rest }) => ({ source: role.weight, ...rest })),
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

  private async read(name: string): Promise<{ type: StoredTensor['type']; bytes: Uint8Array }> {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new Error(`The checkpoint has no ${name}.`);
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

  private async write(buffer: GPUBuffer, at: number, data: Float32Array | Uint16Array) {
    this.device.queue.writeBuffer(buffer, at, data.buffer, data.byteOffset, data.byteLength);
    this.waiting += data.byteLength;
    if (this.waiting < MOST_WAITING) return;
    this.waiting = 0;
    await this.device.queue.onSubmittedWorkDone();
  }
}
