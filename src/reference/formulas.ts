/** The formulas that transformers are made of, in double precision. */

/** x / sqrt(mean(x²) + eps) · weight. */
export function rmsNorm(x: Float64Array, weight: ArrayLike<number>, eps: number): Float64Array {
  const meanSquare = x.reduce((sum, value) => sum + value * value, 0) / x.length;
  return x.map((value, i) => (value / Math.sqrt(meanSquare + eps)) * weight[i]);
}

/** (x − mean(x)) / sqrt(variance(x) + eps) · weight + bias. */
export function layerNorm(
  x: Float64Array,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
  eps: number,
): Float64Array {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map((value, i) => ((value - mean) / Math.sqrt(variance + eps)) * weight[i] + bias[i]);
}

/** matrix [out, in] times vector. */
export function matVec(matrix: ArrayLike<number>, x: Float64Array, out: number): Float64Array {
  return Float64Array.from({ length: out }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += matrix[row * x.length + i] * x[i];
    return sum;
  });
}

/** Rotates pairs (i, i + d/2) by position · theta^(−2i/d). */
export function rope(x: Float64Array, position: number, theta: number): Float64Array {
  return rotate(x, position, ropeFrequencies(x.length, theta));
}

/** theta^(−2i/d): the angle per position of every rotary pair i. */
export function ropeFrequencies(dims: number, theta: number): number[] {
  const half = dims / 2;
  return Array.from({ length: half }, (_, pair) => theta ** (-pair / half));
}

/**
 * Rotates pairs (i, i + d/2) of the first d dimensions by position · frequencies[i], and scales them; d is twice
 * the number of frequencies. The other dimensions stay.
 */
export function rotate(
  x: Float64Array,
  position: number,
  frequencies: number[],
  scale = 1,
): Float64Array {
  const half = frequencies.length;
  return x.map((value, i) => {
    if (i >= 2 * half) return value;
    const angle = position * frequencies[i % half];
    const other = i < half ? -x[i + half] : x[i - half];
    return scale * (value * Math.cos(angle) + other * Math.sin(angle));
  });
}

/** Weights of scores, and the logarithm of the sum of their exponentials. */
export function softmax(scores: number[]): { weights: number[]; logSumExp: number } {
  const highest = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - highest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return {
    weights: exponentials.map((value) => value / sum),
    logSumExp: highest + Math.log(sum),
  };
}

/** cap · tanh(x / cap); null leaves x. */
export function softCap(x: number, cap: number | null): number {
  return cap === null ? x : cap * Math.tanh(x / cap);
}

export function silu(x: number): number {
  return x / (1 + Math.exp(-x));
}

/** x · Φ(x). */
export function gelu(x: number): number {
  return (x / 2) * (1 + errorFunction(x / Math.SQRT2));
}

/** GELU as GPT-2 approximates it. */
export function geluTanh(x: number): number {
  return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1 · 3 · … · (2n + 1)). */
export function errorFunction(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 150; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** The part of a row [heads * headDim] that belongs to one head. */
export function slice(row: Float64Array, head: number, headDim: number): Float64Array {
  return row.subarray(head * headDim, (head + 1) * headDim);
}

/** target += addend. */
export function add(target: Float64Array, addend: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] += addend[i];
}
