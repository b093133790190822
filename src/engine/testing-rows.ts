/** Rows of random numbers for the tests of kernels, and how they are compared. */
import { expect } from 'vitest';
import { packStruct } from '../gpu/wgsl';
import { KERNELS } from './kernels';

/** @param next a stream of numbers in (−1, 1) */
export function randomRows(next: () => number) {
  const random = (length: number) => Float32Array.from({ length }, next);
  return {
    random,
    /** Rows of `width` random values, padded with zeros to whole vec4. */
    padded(rows: number, width: number): { data: Float32Array<ArrayBuffer>; stride: number } {
      const stride = Math.ceil(width / 4) * 4;
      const data = new Float32Array(rows * stride);
      for (let row = 0; row < rows; row++) data.set(random(width), row * stride);
      return { data, stride };
    },
  };
}

/** The uniform of a product of many tokens; rows of input and weight are `stride` long, those of outputs `out`. */
export function matmulSizes(stride: number, out: number, add: number): ArrayBuffer {
  const sizes = { in4: stride / 4, out, out_stride: out, add };
  return packStruct(KERNELS.matmul.code, 'Sizes', sizes);
}

export function row(
  data: Float32Array,
  index: number,
  stride: number,
  width: number,
): Float64Array {
  return Float64Array.from(data.subarray(index * stride, index * stride + width));
}

export function expectClose(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = 1e-5,
): void {
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(found[i] - expected[i]) <= tolerance * scale)) {
      throw new Error(`value ${i}: expected ${expected[i]}, found ${found[i]}`);
    }
  }
}
