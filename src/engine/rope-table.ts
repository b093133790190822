/** Positions of the coarse level, times 256: enough for the longest context of any model here. */
const COARSE_ROWS = 1024;
const FINE_ROWS = 256;

/** Angle per position of each pair of dimensions, as the model was trained: theta^(−2i/headDim). */
export function ropeFrequencies(headDim: number, theta: number): Float64Array {
  return Float64Array.from({ length: headDim / 2 }, (_, pair) => theta ** ((-2 * pair) / headDim));
}

/**
 * Cos and sin of every position's angles in two levels, as `shaders/shared/rope.wgsl` reads them:
 * f32[256 + 1024, headDim / 2, 2], for positions below 262,144. Made in double precision.
 * @param scale multiplies cos and sin of every combined angle
 */
export function ropeTable(frequencies: Float64Array, scale = 1): Float32Array<ArrayBuffer> {
  const half = frequencies.length;
  const table = new Float32Array((FINE_ROWS + COARSE_ROWS) * half * 2);
  for (let row = 0; row < FINE_ROWS + COARSE_ROWS; row++) {
    const fine = row < FINE_ROWS;
    const position = fine ? row : (row - FINE_ROWS) * FINE_ROWS;
    for (let pair = 0; pair < half; pair++) {
      const angle = position * frequencies[pair];
      // The two levels are multiplied, so the scale belongs to one of them.
      table[(row * half + pair) * 2] = Math.cos(angle) * (fine ? scale : 1);
      table[(row * half + pair) * 2 + 1] = Math.sin(angle) * (fine ? scale : 1);
    }
  }
  return table;
}

export const ROPE_POSITIONS = COARSE_ROWS * FINE_ROWS;
