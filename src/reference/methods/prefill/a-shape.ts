import type { PrefillMethod } from '../method';

export interface AShapeValues {
  /** First tokens of the text, which every query sees. */
  sinks: number;
  /** Newest tokens that a query sees, itself included. */
  local: number;
}

/** A-shape (MInference, arXiv 2407.02490): sinks and a sliding window. */
export function aShape(values: AShapeValues): PrefillMethod {
  return ({ start }) =>
    (_head, row, position) =>
      inAShape(values, start + row, position);
}

export function inAShape({ sinks, local }: AShapeValues, query: number, key: number): boolean {
  return key < sinks || query - key < local;
}
