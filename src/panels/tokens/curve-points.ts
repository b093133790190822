/** A value of a curve, and where it lies; a pixel of a long text shows the largest under it. */
export interface CurvePoint {
  position: number;
  value: number;
}

/**
 * The largest value of each column of pixels; columns without a value are left out.
 * @param values one a position; not a number where there is none
 * @param columns as many as the chart has pixels
 */
export function curvePoints(values: Float32Array, columns: number): CurvePoint[] {
  const perColumn = Math.max(1, Math.ceil(values.length / Math.max(1, columns)));
  const points: CurvePoint[] = [];
  for (let from = 0; from < values.length; from += perColumn) {
    let best: CurvePoint | null = null;
    for (let position = from; position < Math.min(values.length, from + perColumn); position++) {
      const value = values[position];
      if (value > (best?.value ?? Number.NEGATIVE_INFINITY)) best = { position, value };
    }
    if (best) points.push(best);
  }
  return points;
}

/** The positions with the largest values; among equals the earlier first. */
export function highestPoints(values: Float32Array, count: number): CurvePoint[] {
  return Array.from(values, (value, position) => ({ value, position }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => b.value - a.value || a.position - b.position)
    .slice(0, count);
}
