import { tova } from '../../reference/methods/cache/tova';
import type { Oracle } from '../oracle';
import { protocolOf } from './parameters';

export const oracle: Oracle = {
  reference: (values, shape) => {
    const protocol = protocolOf(values);
    return { cache: tova({ budget: Number(values.budget), protocol }, shape) };
  },
  small: { budget: 21 },
  others: [{ budget: 37, protocol: 'context' }],
  full: { budget: 500 },
};
