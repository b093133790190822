import { BLOCKS } from '../../model/blocks';
import { floatToHalf } from '../../model/half';
import type { TensorType } from '../../model/tensor';
import { randomStream } from '../random-model';

/** Where the f16 numbers of a block are, in bytes. */
const HALVES: Partial<Record<TensorType, number[]>> = {
  Q8_0: [0],
  Q4_0: [0],
  Q4_1: [0, 2],
  Q5_0: [0],
  Q5_1: [0, 2],
  Q4_K: [0, 2],
  Q5_K: [0, 2],
  Q6_K: [208],
};

/**
 * Blocks with random bits and finite scales.
 * @param scale size of d, m and dmin: they are drawn from (−scale, scale); for floats, that of the values
 */
export function randomBlocks(
  type: TensorType,
  blocks: number,
  seed: number,
  scale = 0.05,
): Uint8Array<ArrayBuffer> {
  const next = randomStream(seed);
  const { bytes: size } = BLOCKS[type];
  const bytes = new Uint8Array(blocks * size);
  const view = new DataView(bytes.buffer);
  const number = () => Math.fround(scale * next());
  for (let i = 0; i < blocks; i++) {
    if (type === 'F32') view.setFloat32(4 * i, number(), true);
    else if (type === 'BF16') view.setUint16(2 * i, brain(number()), true);
    else if (type === 'F16') view.setUint16(2 * i, halfBits(number()), true);
    else {
      for (let j = 0; j < size; j++) bytes[i * size + j] = (next() + 1) * 128;
      for (const at of HALVES[type] ?? []) view.setUint16(i * size + at, halfBits(number()), true);
    }
  }
  return bytes;
}

function halfBits(value: number): number {
  return floatToHalf(Float32Array.of(value))[0];
}

/** The upper half of the bits of an f32. */
function brain(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0] >>> 16;
}
