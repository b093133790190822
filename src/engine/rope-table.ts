import type { ModelConfig, Rotation } from '../model/config';
import { type Angles, rotationAngles } from '../model/rotation';

/** Positions of the coarse level, times 256: enough for the longest context of any model here. */
const COARSE_ROWS = 1024;
const FINE_ROWS = 256;

/**
 * Cos and sin of every position's angles in two levels, as `shaders/shared/rope.wgsl` reads them:
 * f32[256 + 1024, headDim / 2, 2], for positions below 262,144. Made in double precision.
 * @param angles of the pairs that turn; those of a head that are not among them stand still
 */
export function ropeTable(
  { frequencies, scale }: Angles,
  headDim = 2 * frequencies.length,
): Float32Array<ArrayBuffer> {
  const half = headDim / 2;
  const table = new Float32Array((FINE_ROWS + COARSE_ROWS) * half * 2);
  for (let row = 0; row < FINE_ROWS + COARSE_ROWS; row++) {
    const fine = row < FINE_ROWS;
    const position = fine ? row : (row - FINE_ROWS) * FINE_ROWS;
    for (let pair = 0; pair < half; pair++) {
      const turns = pair < frequencies.length;
      const angle = turns ? position * frequencies[pair] : 0;
      // The two levels are multiplied, so the scale belongs to one of them.
      const factor = turns && fine ? scale : 1;
      table[(row * half + pair) * 2] = Math.cos(angle) * factor;
      table[(row * half + pair) * 2 + 1] = Math.sin(angle) * factor;
    }
  }
  return table;
}

/**
 * The tables of a model one after the other: of its layers, and of its local layers where they rotate
 * otherwise. Where positions do not rotate, all pairs stand still.
 * @param anglesOf the angles of `dims` dimensions that turn
 */
export function modelRopeTables(
  { positions, local, headDim }: ModelConfig,
  anglesOf: (rotation: Rotation, dims: number) => Angles,
): Float32Array<ArrayBuffer>[] {
  if (positions.kind === 'learned') {
    return [ropeTable({ frequencies: new Float64Array(0), scale: 1 }, headDim)];
  }
  const rotations = [positions.rotation, ...(local?.rotation ? [local.rotation] : [])];
  return rotations.map((rotation) => ropeTable(anglesOf(rotation, positions.dims), headDim));
}

/** Where the table of a layer begins, in pairs: local layers may have the second one. */
export function anglesAt({ local, headDim }: ModelConfig, layer: number): number {
  const second = local?.layers[layer] && local.rotation;
  return second ? ((FINE_ROWS + COARSE_ROWS) * headDim) / 2 : 0;
}

/** The tables as the model's file says. @param length tokens of the text that is read */
export function trainedTables(config: ModelConfig, length: number): Float32Array<ArrayBuffer>[] {
  return modelRopeTables(config, (rotation, dims) => rotationAngles(rotation, dims, length));
}

/**
 * Kernels rotate dimension i with i + headDim / 2. Where only the first `dims` of a head are rotated, the
 * head's dimensions are stored in another order, so that the pairs are these; products of queries and keys
 * stay the same.
 * @returns for each stored dimension of a head the model's
 */
export function headOrder({ positions, headDim }: ModelConfig): (stored: number) => number {
  const dims = positions.kind === 'rotary' ? positions.dims : headDim;
  if (dims === headDim) return (stored) => stored;
  const half = headDim / 2;
  const turning = dims / 2;
  return (stored) => {
    const pair = stored % half;
    const second = stored < half ? 0 : 1;
    if (pair < turning) return pair + second * turning;
    return dims + (pair - turning) + second * (half - turning);
  };
}

export const ROPE_POSITIONS = COARSE_ROWS * FINE_ROWS;
