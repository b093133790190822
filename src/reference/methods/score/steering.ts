import type { ScoreMethod } from '../method';
import { type HeadRef, isListed } from './listed-heads';

export interface SteeringValues {
  /** α: times which the prompt outside the span counts. */
  alpha: number;
  /** Heads that are steered; none listed: all. */
  heads: HeadRef[];
  /** The part of the prompt that is emphasised. */
  span: 'question' | 'context';
}

/** Context-awareness steering (arXiv 2411.02688): ln α on scores of the prompt outside the span. */
export function steering({ alpha, heads, span }: SteeringValues): ScoreMethod {
  return {
    bias(layer, head, position, { context, length }) {
      if (position >= length || !isListed(heads, layer, head)) return 0;
      const part = position < context ? 'context' : 'question';
      return part === span ? 0 : Math.log(alpha);
    },
  };
}
