/** Plain vector arithmetic of the reference. Vectors of one call have the same length. */

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Cosine of the angle between two vectors; 0 where one of them is zero. */
export function cosine(a: Float64Array, b: Float64Array): number {
  return dot(normalised(a), normalised(b));
}

/** The vector divided by its Euclidean length; a zero vector stays zero. */
export function normalised(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector.slice() : vector.map((value) => value / length);
}

/** Σ weight · vector. */
export function weightedSum(weights: number[], vectors: Float64Array[]): Float64Array {
  return vectors[0].map((_, i) =>
    vectors.reduce((sum, vector, row) => sum + weights[row] * vector[i], 0),
  );
}

export function mean(vectors: Float64Array[]): Float64Array {
  return weightedSum(
    vectors.map(() => 1 / vectors.length),
    vectors,
  );
}
