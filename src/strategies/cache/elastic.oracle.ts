import { elastic } from '../../reference/methods/cache/elastic';
import type { Oracle } from '../oracle';
import { protocolOf } from './parameters';
import { lastPositions } from './snapkv.oracle';

export const oracle: Oracle = {
  reference: (values, shape) => ({
    cache: elastic(
      {
        budget: Number(values.budget),
        sinks: Number(values.sinks),
        recent: Number(values.recent),
        distance: Number(values.distance),
        protocol: protocolOf(values),
      },
      shape,
    ),
  }),
  small: { budget: 31, sinks: 3, recent: 5, distance: -8 },
  others: [
    { budget: 40, sinks: 0, recent: 1, distance: 17, protocol: 'context' },
    // The text outgrows the budget only after the prompt.
    { budget: 155 },
  ],
  full: { budget: 500 },
  protects: ({ sinks, recent }, length) => [
    ...Array(Number(sinks)).keys(),
    ...lastPositions(Number(recent), length),
  ],
};
