import { tidalDecode } from '../../reference/methods/decode/tidal-decode';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ dense, reselect, k }, shape) => ({
    decode: tidalDecode({ dense: Number(dense), reselect: Number(reselect), k: Number(k) }, shape),
  }),
  small: { dense: 0, k: 12 },
  others: [
    { dense: 0, reselect: 1, k: 30 },
    { dense: 0, k: 1 },
    { dense: 1, k: 40 },
    { dense: 7, k: 3 },
  ],
  full: { dense: 0, k: 500 },
};
