import { h2o } from '../../reference/methods/cache/h2o';
import type { Oracle } from '../oracle';
import { protocolOf } from './parameters';

export const oracle: Oracle = {
  reference: (values, shape) => {
    const protocol = protocolOf(values);
    const [heavy, recent] = [Number(values.heavy), Number(values.recent)];
    return { cache: h2o({ heavy, recent, protocol }, shape) };
  },
  small: { heavy: 17, recent: 6 },
  others: [
    { heavy: 40, recent: 1, protocol: 'context' },
    { heavy: 0, recent: 20 },
  ],
  full: { heavy: 500 },
  protects: ({ recent }, length) =>
    Array.from({ length: Number(recent) }, (_, i) => length - Number(recent) + i),
};
