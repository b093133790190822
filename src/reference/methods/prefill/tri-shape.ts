import type { PrefillMethod } from '../method';
import { type AShapeValues, inAShape } from './a-shape';

export interface TriShapeValues extends AShapeValues {
  /** Last tokens of the prompt, which see everything. */
  tail: number;
}

/** Tri-shape (SCBench, arXiv 2412.10319): A-shape, and dense rows at the prompt's end. */
export function triShape(values: TriShapeValues): PrefillMethod {
  return ({ start, parts }) =>
    (_head, row, position) =>
      start + row >= parts.length - values.tail || inAShape(values, start + row, position);
}
