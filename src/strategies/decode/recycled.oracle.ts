import { recycled } from '../../reference/methods/decode/recycled';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ k, stride, drift, threshold }, shape) => ({
    decode: recycled(
      {
        k: Number(k),
        stride: Number(stride),
        drift: drift === 'on' ? 'on' : 'off',
        threshold: Number(threshold),
      },
      shape,
    ),
  }),
  // The cost counts whole strides: the 11 steps of a test are one.
  small: { k: 20, stride: 11 },
  others: [
    { k: 30, stride: 3 },
    // More is added than there is room for.
    { k: 4, stride: 7 },
    { k: 25, stride: 2, drift: 'on', threshold: 0.5 },
    { k: 1, stride: 1, drift: 'on', threshold: 0.3 },
    { k: 18, stride: 4, drift: 'on', threshold: -1 },
  ],
  full: { k: 500 },
};
