import { a2sf } from '../../reference/methods/cache/a2sf';
import type { Oracle } from '../oracle';
import { protocolOf } from './parameters';

export const oracle: Oracle = {
  reference: (values, shape) => {
    const protocol = protocolOf(values);
    const [budget, recent] = [Number(values.budget), Number(values.recent)];
    return { cache: a2sf({ budget, recent, decay: Number(values.decay), protocol }, shape) };
  },
  small: { budget: 23, recent: 5, decay: 0.9 },
  others: [
    { budget: 33, recent: 33, decay: 1 },
    { budget: 30, recent: 2, decay: 0.7, protocol: 'context' },
    { budget: 19, recent: 3, decay: 0 },
  ],
  full: { budget: 500 },
  protects: ({ recent }, length) =>
    Array.from({ length: Number(recent) }, (_, i) => length - Number(recent) + i),
};
