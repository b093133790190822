import { window } from '../../reference/methods/cache/window';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ recent }) => ({ cache: window({ recent: Number(recent) }) }),
  small: { recent: 23 },
  full: { recent: 500 },
  protects: ({ recent }, length) =>
    Array.from({ length: Number(recent) }, (_, i) => length - Number(recent) + i),
};
