import { tokenSelect } from '../../reference/methods/decode/token-select';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ sinks, recent, k, threshold, dense }, shape) => ({
    decode: tokenSelect(
      {
        sinks: Number(sinks),
        recent: Number(recent),
        k: Number(k),
        threshold: Number(threshold),
        dense: Number(dense),
      },
      shape,
    ),
  }),
  small: { sinks: 3, recent: 17, k: 20, threshold: 0.2 },
  others: [
    { sinks: 0, recent: 14, k: 1, threshold: 2 },
    { sinks: 5, recent: 13, k: 33, threshold: -1, dense: 1 },
    // The text outgrows what is read in the middle of the run.
    { sinks: 4, recent: 30, k: 121, threshold: 0.1, dense: 2 },
  ],
  full: { k: 500 },
};
