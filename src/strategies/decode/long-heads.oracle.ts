import { longHeads } from '../../reference/methods/decode/long-heads';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ chunk, budget }, shape) => ({
    decode: longHeads({ chunk: Number(chunk), budget: Number(budget) }, shape),
  }),
  small: { chunk: 16, budget: 80 },
  others: [
    // Chunks that begin in one piece of the prompt and end in the next, and a tail that outgrows the budget.
    { chunk: 20, budget: 60 },
    // At first everything fits the budget.
    { chunk: 45, budget: 153 },
    { chunk: 18, budget: 100 },
    { chunk: 37, budget: 148 },
  ],
  full: { budget: 500 },
};
