import { MAX_CHUNK } from '../../engine/kernels';
import type { PrefillPattern, PromptParts } from '../../engine/strategy';

/** The keys that a query sees: those below one position, and those from another one on. */
export interface RowRange {
  below: number;
  from: number;
}

/** A range that holds every key. */
export const EVERY_KEY: RowRange = { below: 0, from: 0 };

/** A pattern that is the same in all heads and known before the text is read. */
export function rowsPattern(
  rangeOf: (query: number, parts: PromptParts) => RowRange,
): PrefillPattern {
  return {
    parts: ['rows'],
    prepare: async (bench) => ({
      beginChunk: (start, tokens) => {
        const ranges = new Uint32Array(2 * MAX_CHUNK);
        for (let row = 0; row < tokens; row++) {
          const { below, from } = rangeOf(start + row, bench.parts);
          ranges.set([below, Math.max(0, from)], 2 * row);
        }
        bench.write(bench.named.plan, 0, ranges);
      },
    }),
  };
}
