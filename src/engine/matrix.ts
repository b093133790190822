import type { Constants } from '../gpu/kernels';
import { rowBytes } from '../model/blocks';
import { TYPE_NUMBERS } from '../model/gguf/format';
import type { Source } from '../model/roles';
import type { TensorType } from '../model/tensor';

/** Rows [from, from + rows) of a matrix, in a buffer of their own. */
export interface MatrixPart {
  buffer: GPUBuffer;
  from: number;
  rows: number;
  /** Bytes of a row; of the first one where types lie below each other. */
  rowBytes: number;
  /** What `shaders/linear/block-weights.wgsl` must know of its blocks; null for plain values. */
  blocks: Constants | null;
}

/** A matrix of [rows, 4 * columns4] on the GPU, in as many parts as the adapter's limits ask for. */
export interface Matrix {
  rows: number;
  columns4: number;
  parts: MatrixPart[];
}

/** y = matrix · x + bias. */
export interface Linear {
  matrix: Matrix;
  /** f32[rows] */
  bias: GPUBuffer | null;
}

/** A source among those that are stacked to a matrix. */
export interface Stacked {
  source: Source;
  /** Rows that it takes; those past its own are zero. */
  rows: number;
  /** Which of its rows stands at each place. */
  order?: (row: number) => number;
}

/** Rows of one type, below those of another. */
export interface Segment {
  /** Type of the blocks, null for plain values. */
  type: TensorType | null;
  rows: number;
}

/** Outputs of a part must begin where a binding may begin: 256 bytes, of f32. */
const ROW_STEP = 64;

/** How the rows of a matrix lie in its buffers. */
export class MatrixLayout {
  /** Rows of a part, the last one excepted. */
  readonly partRows: number;
  readonly rows: number;

  /**
   * @param stride values of a row
   * @param valueBytes bytes of a plain value
   * @param most largest binding, in bytes
   */
  constructor(
    private readonly segments: Segment[],
    private readonly stride: number,
    private readonly valueBytes: 2 | 4,
    most: number,
  ) {
    this.rows = segments.reduce((sum, { rows }) => sum + rows, 0);
    const longest = Math.max(...segments.map(({ type }) => this.rowBytes(type)));
    const fitting = Math.floor(most / longest);
    this.partRows =
      fitting >= this.rows ? this.rows : Math.max(ROW_STEP, fitting - (fitting % ROW_STEP));
  }

  rowBytes(type: TensorType | null): number {
    return type ? rowBytes(type, this.stride) : this.stride * this.valueBytes;
  }

  /** Bytes of all rows before this one. */
  byteOf(row: number): number {
    let bytes = 0;
    let first = 0;
    for (const { type, rows } of this.segments) {
      bytes += Math.max(0, Math.min(rows, row - first)) * this.rowBytes(type);
      first += rows;
    }
    return bytes;
  }

  /** Bytes of one row. */
  bytesOf(row: number): number {
    return this.byteOf(row + 1) - this.byteOf(row);
  }

  /** The types in rows [from, from + rows) as constants, neighbours of one type taken together. */
  blocksOf(from: number, rows: number): Constants | null {
    const found: { type: TensorType; from: number }[] = [];
    let first = 0;
    for (const { type, rows: count } of this.segments) {
      const inside = first < from + rows && first + count > from;
      if (!type) return null;
      if (inside && found.at(-1)?.type !== type) {
        found.push({ type, from: Math.max(0, first - from) });
      }
      first += count;
    }
    const constants: Constants = {};
    found.forEach(({ type, from: start }, index) => {
      constants[`TYPE${index}`] = TYPE_NUMBERS[type];
      if (index > 0) constants[`FROM${index}`] = start;
    });
    return constants;
  }
}
