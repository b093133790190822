import type { MethodShape, ReferenceMethods } from '../reference/methods/method';
import type { RotaryShape } from '../reference/methods/score/rope-scaling';
import type { Calibration } from './calibration';
import type { ParameterValues } from './schema';

/**
 * The test vector of an entry, in `<id>.oracle.ts` beside it: what the contract suite needs to hold the entry
 * against its plain reference. Tests find these files by their name.
 */
export interface Oracle {
  /** The entry's plain reference under the given values, which are complete. */
  reference(
    values: ParameterValues,
    shape: RotaryShape,
    calibration: Calibration | null,
  ): ReferenceMethods;
  /** Values under which the entry really leaves something out of a text of about 150 tokens. */
  small: ParameterValues;
  /** More sets of values to hold against the reference: other branches, odd sizes. */
  others?: ParameterValues[];
  /** Values under which it equals dense attention; null: there are none. */
  full: ParameterValues | null;
  /** What the entry needs to have measured on a model of that shape. */
  calibration?(shape: MethodShape): Omit<Calibration, 'model'>;
  /** Positions of a prompt that every head must still hold at its end, under the values. */
  protects?(values: ParameterValues, length: number): number[];
  /** Largest difference of logits to the reference, relative to the largest logit; 1e-4 by default. */
  tolerance?: { value: number; why: string };
}
