import type { TensorType } from './tensor';

/**
 * How many values a block of each type holds, and in how many bytes. A row of a matrix is a whole number of
 * blocks. The layouts are those of GGUF files; `src/reference/quantisation` spells them out.
 */
export const BLOCKS: Record<TensorType, { values: number; bytes: number }> = {
  F32: { values: 1, bytes: 4 },
  F16: { values: 1, bytes: 2 },
  BF16: { values: 1, bytes: 2 },
  Q8_0: { values: 32, bytes: 34 },
  Q4_0: { values: 32, bytes: 18 },
  Q4_1: { values: 32, bytes: 20 },
  Q5_0: { values: 32, bytes: 22 },
  Q5_1: { values: 32, bytes: 24 },
  Q4_K: { values: 256, bytes: 144 },
  Q5_K: { values: 256, bytes: 176 },
  Q6_K: { values: 256, bytes: 210 },
};

/** Whether values are stored one by one, so that they can be read as floats. */
export function isFloat(type: TensorType): boolean {
  return BLOCKS[type].values === 1;
}

/** Bytes of a row of that many values, the last block filled up where it is not whole. */
export function rowBytes(type: TensorType, columns: number): number {
  const { values, bytes } = BLOCKS[type];
  return Math.ceil(columns / values) * bytes;
}
