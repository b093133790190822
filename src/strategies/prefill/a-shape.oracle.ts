import { aShape } from '../../reference/methods/prefill/a-shape';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ sinks, local }) => ({
    prefill: aShape({ sinks: Number(sinks), local: Number(local) }),
  }),
  small: { sinks: 3, local: 18 },
  others: [
    { sinks: 0, local: 1 },
    { sinks: 41, local: 70 },
  ],
  full: { local: 1000 },
};
