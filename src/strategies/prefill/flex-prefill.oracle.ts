import { flexPrefill } from '../../reference/methods/prefill/flex-prefill';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ block, gamma, tau, minimum }, shape) => ({
    prefill: flexPrefill(
      {
        block: Number(block),
        gamma: Number(gamma),
        tau: Number(tau),
        minimum: Number(minimum),
      },
      shape,
    ),
  }),
  small: { block: '16', gamma: 0.6, tau: 0.15, minimum: 0 },
  others: [
    { block: '16', gamma: 0.5, tau: 0, minimum: 20 },
    { block: '16', gamma: 0.4, tau: 1, minimum: 0 },
    { block: '32', gamma: 0.7, tau: 0.1, minimum: 0 },
    { block: '16', gamma: 0.9, tau: 0.18, minimum: 100 },
  ],
  full: { gamma: 1, minimum: 0 },
};
