import { sinksRecent } from '../../reference/methods/cache/sinks-recent';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ sinks, recent }) => ({
    cache: sinksRecent({ sinks: Number(sinks), recent: Number(recent) }),
  }),
  small: { sinks: 3, recent: 18 },
  others: [{ sinks: 19, recent: 1 }],
  full: { recent: 500 },
  protects: ({ sinks, recent }, length) => [
    ...Array(Number(sinks)).keys(),
    ...Array.from({ length: Number(recent) }, (_, i) => length - Number(recent) + i),
  ],
};
