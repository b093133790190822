import { minference } from '../../reference/methods/prefill/minference';
import type { HeadPattern } from '../calibration';
import type { Oracle } from '../oracle';

/** Every family in every layer, each head with other sizes. */
const FAMILIES = ['vertical-slash', 'block-sparse', 'a-shape'] as const;

function patternOf(index: number): HeadPattern {
  return { family: FAMILIES[index % 3], a: 2 + (index % 4), b: 5 + index };
}

export const oracle: Oracle = {
  reference: ({ queries, sinks, local, block }, shape, calibration) => ({
    prefill: minference(
      {
        queries: Number(queries),
        sinks: Number(sinks),
        local: Number(local),
        block: Number(block),
        patterns: calibration?.prefillPatterns ?? [],
      },
      shape,
    ),
  }),
  small: { queries: 9, sinks: 2, local: 3, block: 16 },
  others: [{ queries: 40, sinks: 0, local: 1, block: 32 }],
  // The sizes come with the calibration.
  full: null,
  calibration: ({ layers, heads }) => ({
    prefillPatterns: Array.from({ length: layers }, (_, layer) =>
      Array.from({ length: heads }, (__, head) => patternOf(layer * heads + head)),
    ),
  }),
};
