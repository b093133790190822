/** Positions of the coarse level, times 256: enough for the longest context of any model here. */
const COARSE_ROWS = 1024;
const FINE_ROWS = 256;

/**
 * Cos and sin of every position's angles in two levels, as `shaders/shared/rope.wgsl` reads them:
 * f32[256 + 1024, headDim / 2, 2], for positions below 262,144. Made in double precision.
 */
export function ropeTable(headDim: number, theta: number): Float32Array {
  const half = headDim / 2;
  const table = new Float32Array((FINE_ROWS + COARSE_ROWS) * half * 2);
  for (let row = 0; row < FINE_ROWS + COARSE_ROWS; row++) {
    const position = row < FINE_ROWS ? row : (row - FINE_ROWS) * FINE_ROWS;
    for (let pair = 0; pair < half; pair++) {
      const angle = position * theta ** (-pair / half);
      table[(row * half + pair) * 2] = Math.cos(angle);
      table[(row * half + pair) * 2 + 1] = Math.sin(angle);
    }
  }
  return table;
}

export const ROPE_POSITIONS = COARSE_ROWS * FINE_ROWS;
