import type { Source } from '../model/roles';

/** Rows [from, from + rows) of a matrix, in a buffer of their own. */
export interface MatrixPart {
  buffer: GPUBuffer;
  from: number;
  rows: number;
}

/** A matrix on the GPU, elem[rows, 4 * columns4], in as many parts as the adapter's limits ask for. */
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

/** Outputs of a part must begin where a binding may begin: 256 bytes, of f32. */
const ROW_STEP = 64;

/**
 * How many rows a part of a matrix has, the last one excepted.
 * @param rowBytes bytes of one row
 * @param most largest binding, in bytes
 */
export function partRows(rows: number, rowBytes: number, most: number): number {
  const fitting = Math.floor(most / rowBytes);
  return fitting >= rows ? rows : Math.max(ROW_STEP, fitting - (fitting % ROW_STEP));
}
