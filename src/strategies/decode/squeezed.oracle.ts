import { squeezed } from '../../reference/methods/decode/squeezed';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ clusters, keep, queries, levels, coarse }, shape) => ({
    decode: squeezed(
      {
        clusters: Number(clusters),
        keep: Number(keep),
        queries: Number(queries),
        levels: levels === '2' ? 2 : 1,
        coarse: Number(coarse),
      },
      shape,
    ),
  }),
  small: { clusters: 10, keep: 20, queries: 8 },
  others: [
    { clusters: 12, keep: 15, queries: 40, levels: '2', coarse: 4 },
    { clusters: 25, keep: 60, queries: 70, levels: '2', coarse: 10 },
    { clusters: 3, keep: 50, queries: 1 },
    // The whole prompt asks: there is no prefix.
    { clusters: 10, keep: 10, queries: 150 },
  ],
  full: { keep: 100 },
};
