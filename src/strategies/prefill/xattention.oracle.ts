import { xAttention } from '../../reference/methods/prefill/xattention';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ block, stride, threshold }, shape) => ({
    prefill: xAttention(
      { block: Number(block), stride: Number(stride), threshold: Number(threshold) },
      shape,
    ),
  }),
  small: { block: '16', stride: '4', threshold: 0.5 },
  others: [
    { block: '32', stride: '8', threshold: 0.7 },
    { block: '16', stride: '16', threshold: 0.8 },
    { block: '64', stride: '4', threshold: 0 },
  ],
  full: { threshold: 1 },
};
