import type { MethodShape, ScoreMethod } from '../method';

export interface RopeScalingValues {
  method: 'linear' | 'ntk' | 'dynamic-ntk' | 'yarn';
  /** Times S that the text may be longer than what the model was trained for. */
  factor: number;
  /** Length in tokens that the model was trained for. */
  trained: number;
}

export interface RotaryShape extends MethodShape {
  ropeTheta: number;
}

/**
 * Rescaled rotary angles: position interpolation (arXiv 2306.15595), and NTK-aware, dynamic NTK and YaRN
 * (arXiv 2309.00071). The dynamic factor is taken once, from the longest text of the run.
 */
export function ropeScaling(values: RopeScalingValues, shape: RotaryShape): ScoreMethod {
  const { method, factor, trained } = values;
  const { headDim, ropeTheta } = shape;
  const trainedFrequency = (pair: number) => ropeTheta ** ((-2 * pair) / headDim);
  return {
    rope(length) {
      switch (method) {
        case 'linear':
          return { frequency: (pair) => trainedFrequency(pair) / factor, scale: 1 };
        case 'ntk':
          return ntk(factor, shape);
        case 'dynamic-ntk':
          return ntk(Math.max(1, (factor * length) / trained - (factor - 1)), shape);
        case 'yarn': {
          const { low, high } = yarnBounds(trained, shape);
          return {
            frequency: (pair) => {
              const interpolated = Math.min(1, Math.max(0, (pair - low) / (high - low)));
              return trainedFrequency(pair) * (1 - interpolated + interpolated / factor);
            },
            scale: 0.1 * Math.log(factor) + 1,
          };
        }
      }
    },
  };
}

function ntk(factor: number, { headDim, ropeTheta }: RotaryShape) {
  const base = ntkBase(factor, headDim, ropeTheta);
  return { frequency: (pair: number) => base ** ((-2 * pair) / headDim), scale: 1 };
}

/** The base whose last pair turns 1/factor as fast, while the first keeps its speed. */
export function ntkBase(factor: number, headDim: number, theta: number): number {
  return theta * factor ** (headDim / (headDim - 2));
}

/** The pairs between which YaRN goes over from trained to interpolated: 32 turns and 1 turn in `trained` tokens. */
export function yarnBounds(
  trained: number,
  { headDim, ropeTheta }: RotaryShape,
): { low: number; high: number } {
  const pairTurning = (turns: number) =>
    (headDim * Math.log(trained / (2 * Math.PI * turns))) / (2 * Math.log(ropeTheta));
  const low = Math.max(0, Math.floor(pairTurning(32)));
  const high = Math.min(headDim - 1, Math.ceil(pairTurning(1)));
  // Equal bounds would divide by zero; a thousandth of a pair makes a step of the ramp, as in the authors' code.
  return { low, high: high === low ? low + 0.001 : high };
}
