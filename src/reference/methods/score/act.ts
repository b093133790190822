import type { ScoreMethod } from '../method';
import { type HeadRef, isListed } from './listed-heads';

export interface ActValues {
  /** A column whose mean weight exceeds this is a sink. */
  threshold: number;
  /** β: what hidden sinks keep of their weight. */
  strength: number;
  /** First layer that is calibrated. */
  from: number;
  /** Heads that are calibrated; none listed: all. */
  heads: HeadRef[];
}

/**
 * ACT (arXiv 2406.15765): all sinks but the first are damped, and what they lose goes to the row's other
 * positions in proportion to their weights. A row without weight elsewhere stays.
 */
export function act({ threshold, strength, from, heads }: ActValues): ScoreMethod {
  return {
    edit(layer, head, weights, columns) {
      if (layer < from || !isListed(heads, layer, head)) return weights;
      const sinks = [...columns]
        .filter(([, { sum, rows }]) => sum / rows > threshold)
        .map(([position]) => position)
        .sort((a, b) => a - b);
      const hidden = new Set(sinks.slice(1));
      const mass = (damped: boolean) =>
        [...weights].reduce(
          (sum, [at, weight]) => sum + (hidden.has(at) === damped ? weight : 0),
          0,
        );
      const freed = (1 - strength) * mass(true);
      const elsewhere = mass(false);
      if (elsewhere === 0) return weights;
      return new Map(
        [...weights].map(([position, weight]) => [
          position,
          hidden.has(position) ? strength * weight : weight * (1 + freed / elsewhere),
        ]),
      );
    },
  };
}
