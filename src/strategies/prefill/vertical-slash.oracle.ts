import { verticalSlash } from '../../reference/methods/prefill/vertical-slash';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ queries, sinks, local, vertical, slash }, shape) => ({
    prefill: verticalSlash(
      {
        queries: Number(queries),
        sinks: Number(sinks),
        local: Number(local),
        vertical: Number(vertical),
        slash: Number(slash),
      },
      shape,
    ),
  }),
  small: { queries: 9, sinks: 2, local: 3, vertical: 11, slash: 20 },
  others: [
    { queries: 128, sinks: 0, local: 1, vertical: 0, slash: 33 },
    { queries: 1, sinks: 5, local: 6, vertical: 3, slash: 1 },
  ],
  full: { slash: 1000 },
};
