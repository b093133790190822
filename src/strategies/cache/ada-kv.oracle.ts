import { adaKv } from '../../reference/methods/cache/ada-kv';
import type { Oracle } from '../oracle';
import { lastPositions, observationValues } from './snapkv.oracle';

export const oracle: Oracle = {
  reference: (values, shape) => {
    const own = { budget: Number(values.budget), floor: Number(values.floor) };
    return { cache: adaKv({ ...own, ...observationValues(values) }, shape) };
  },
  small: { budget: 28, window: 7 },
  others: [
    { budget: 55, window: 40, floor: 0, pooling: 'max' },
    { budget: 24, window: 5, floor: 0.7, kernel: 1, protocol: 'context' },
    { budget: 20, window: 6, floor: 1 },
    { budget: 12, window: 12 },
  ],
  full: { budget: 500 },
  protects: ({ window }, length) => lastPositions(Number(window), length),
};
