import { quest } from '../../reference/methods/decode/quest';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ page, budget, dense, firstPage }, shape) => ({
    decode: quest(
      {
        page: Number(page),
        budget: Number(budget),
        dense: Number(dense),
        firstPage: firstPage === 'on' ? 'on' : 'off',
      },
      shape,
    ),
  }),
  small: { budget: 64, dense: 1 },
  others: [
    { page: 32, budget: 100, dense: 0 },
    { page: 48, budget: 16, dense: 2, firstPage: 'on' },
    { page: 16, budget: 16, dense: 0, firstPage: 'on' },
  ],
  full: { budget: 500, dense: 0 },
};
