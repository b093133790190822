import { pyramidKv } from '../../reference/methods/cache/pyramidkv';
import type { Oracle } from '../oracle';
import { lastPositions, observationValues } from './snapkv.oracle';

export const oracle: Oracle = {
  reference: (values, shape) => {
    const own = { budget: Number(values.budget), beta: Number(values.beta) };
    return { cache: pyramidKv({ ...own, ...observationValues(values) }, shape) };
  },
  small: { budget: 30, window: 8 },
  others: [
    // The first layer would keep more than there is.
    { budget: 90, window: 6, beta: 20, pooling: 'max' },
    // Below twice the budget all layers keep the same.
    { budget: 110, window: 20, protocol: 'context' },
    { budget: 25, window: 4, beta: 1.5, kernel: 3, protocol: 'context' },
  ],
  full: { budget: 500 },
  protects: ({ window }, length) => lastPositions(Number(window), length),
};
