import { quantised } from '../../reference/methods/cache/quantised';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ bits, group, residual }) => ({
    cache: quantised({
      bits: bits === '8' ? 8 : 4,
      group: Number(group),
      residual: Number(residual),
    }),
  }),
  small: { bits: '4', group: 16, residual: 20 },
  others: [
    { bits: '8', group: 8, residual: 0 },
    { bits: '4', group: 32, residual: 30 },
    // The first group is full some tokens after the prompt.
    { bits: '8', group: 40, residual: 115 },
  ],
  full: { residual: 500 },
};
