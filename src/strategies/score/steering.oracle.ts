import { type SteeringValues, steering } from '../../reference/methods/score/steering';
import type { Oracle } from '../oracle';
import { parseHeads } from '../schema';

export const oracle: Oracle = {
  reference: ({ alpha, heads, span }) => ({
    score: steering({
      alpha: Number(alpha),
      heads: parseHeads(String(heads)),
      span: span as SteeringValues['span'],
    }),
  }),
  small: { alpha: 0.2 },
  others: [{ alpha: 0.3, span: 'context', heads: '0.1,2.3' }],
  full: { alpha: 1 },
};
