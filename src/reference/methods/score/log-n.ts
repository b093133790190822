import type { ScoreMethod } from '../method';

export interface LogNValues {
  /** Length in tokens that the model was trained for. */
  trained: number;
  /** First layer that is scaled. */
  from: number;
  /** 'on': queries within the trained length stay as they are. */
  clamp: 'off' | 'on';
}

/**
 * Log-n scaling: queries grow with the logarithm of their place, so that the entropy of attention does not.
 * With the clamp it is the factor that Entropy-ABF (arXiv 2401.07004) uses when the model runs.
 */
export function logN({ trained, from, clamp }: LogNValues): ScoreMethod {
  return {
    queryScale(layer, position) {
      if (layer < from) return 1;
      const scale = Math.log(position + 1) / Math.log(trained);
      return clamp === 'on' ? Math.max(1, scale) : scale;
    },
  };
}
