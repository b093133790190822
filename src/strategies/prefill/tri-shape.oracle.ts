import { triShape } from '../../reference/methods/prefill/tri-shape';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ sinks, local, tail }) => ({
    prefill: triShape({ sinks: Number(sinks), local: Number(local), tail: Number(tail) }),
  }),
  small: { sinks: 3, local: 18, tail: 5 },
  others: [{ sinks: 0, local: 1, tail: 40 }],
  full: { sinks: 0, local: 1, tail: 1000 },
};
