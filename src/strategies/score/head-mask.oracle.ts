import { headMask } from '../../reference/methods/score/head-mask';
import type { Oracle } from '../oracle';
import { parseHeads } from '../schema';

export const oracle: Oracle = {
  reference: ({ heads }) => ({ score: headMask({ heads: parseHeads(String(heads)) }) }),
  small: { heads: '0.1,2.3' },
  full: { heads: '' },
};
