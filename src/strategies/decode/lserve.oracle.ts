import { lserve } from '../../reference/methods/decode/lserve';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ page, budget, interval, dense }, shape) => ({
    decode: lserve(
      {
        page: Number(page),
        budget: Number(budget),
        interval: Number(interval),
        dense: Number(dense),
      },
      shape,
    ),
  }),
  small: { page: 32, budget: 96, interval: 4 },
  others: [
    // One choice for all steps, while a page fills and the next begins.
    { page: 16, budget: 64, interval: 100, dense: 1 },
    { page: 48, budget: 100, interval: 3 },
    // At first the list fits the budget, then no longer.
    { page: 32, budget: 154, interval: 2 },
    { page: 16, budget: 80, interval: 1 },
  ],
  full: { budget: 500 },
};
