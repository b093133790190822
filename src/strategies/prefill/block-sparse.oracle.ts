import { blockSparse } from '../../reference/methods/prefill/block-sparse';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ block, blocks }, shape) => ({
    prefill: blockSparse({ block: Number(block), blocks: Number(blocks) }, shape),
  }),
  small: { block: 16, blocks: 3 },
  others: [
    { block: 32, blocks: 2 },
    { block: 64, blocks: 1 },
  ],
  full: { block: 16, blocks: 100 },
};
