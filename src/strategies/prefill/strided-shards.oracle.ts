import { stridedShards } from '../../reference/methods/prefill/strided-shards';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ block, local, stride, denseHeads }, shape) => ({
    prefill: stridedShards(
      {
        block: Number(block),
        local: Number(local),
        stride: Number(stride),
        denseHeads: Number(denseHeads),
      },
      shape,
    ),
  }),
  small: { block: '16', local: 2, stride: 4 },
  others: [
    { block: '32', local: 1, stride: 3 },
    { block: '16', local: 1, stride: 5, denseHeads: 1 },
  ],
  full: { stride: 1 },
};
