import { act } from '../../reference/methods/score/act';
import type { Oracle } from '../oracle';
import { parseHeads } from '../schema';

export const oracle: Oracle = {
  reference: ({ threshold, strength, from, heads }) => ({
    score: act({
      threshold: Number(threshold),
      strength: Number(strength),
      from: Number(from),
      heads: parseHeads(String(heads)),
    }),
  }),
  small: { threshold: 0.03, from: 0 },
  others: [{ threshold: 0.05, strength: 0, from: 1, heads: '0.1,1.3,2.0,2.2' }],
  full: { threshold: 0.03, strength: 1, from: 0 },
};
