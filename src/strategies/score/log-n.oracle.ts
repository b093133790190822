import { logN } from '../../reference/methods/score/log-n';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ trained, from, clamp }) => ({
    score: logN({
      trained: Number(trained),
      from: Number(from),
      clamp: clamp === 'on' ? 'on' : 'off',
    }),
  }),
  small: { trained: 40, from: 1, clamp: 'on' },
  others: [{ trained: 90, from: 0, clamp: 'off' }],
  full: { trained: 200, from: 0, clamp: 'on' },
};
