import { softmax } from '../../formulas';
import { dot, mean, weightedSum } from '../../vectors';
import type { CacheEntry, DecodeMethod, DecodeView, MethodShape } from '../method';
import { topIndices } from '../top-k';
import { range } from './range';
import { kvHeadOf } from './scores';

export interface LongHeadsValues {
  /** Entries in a chunk. */
  chunk: number;
  /** Tokens that a head reads in a step, at least three chunks. */
  budget: number;
}

type Rotate = DecodeView['rotate'];

/**
 * LongHeads (arXiv 2402.10685): each query head reads as many chunks of the prompt as the budget allows,
 * ranked by the dot product of the unrotated query with the chunk's representative. Always read: chunk 0,
 * the last full chunk, and the tail, which is what follows the last full chunk of the prompt, the generated
 * tokens included. The tail costs as many chunks as it has begun; what must be read is read even where the
 * tail has outgrown the budget. A list that fits the budget is read in full.
 * Positions count in the list that is read. The cache must keep everything: entry i stands at position i.
 */
export function longHeads(values: LongHeadsValues, shape: MethodShape): DecodeMethod {
  const { chunk, budget } = values;
  /** promptQueries[layer][head][position], unrotated. */
  const promptQueries: Float64Array[][][] = [];
  /** representatives[layer][kvHead][chunk]. */
  const representatives: Float64Array[][][] = [];

  function represent({ layer, entries, rotate }: DecodeView, chunks: number): Float64Array[][] {
    return entries.map((own, kvHead) => {
      const group = promptQueries[layer].filter((_, head) => kvHeadOf(head, shape) === kvHead);
      return range(0, chunks).map((index) => {
        const [start, end] = [index * chunk, (index + 1) * chunk];
        const queries = group.map((positions) => positions.slice(start, end));
        return chunkRepresentative(queries, own.slice(start, end), rotate);
      });
    });
  }

  return {
    positions: 'reindexed',
    observePrompt({ layer, start, queries }) {
      promptQueries[layer] ??= queries.map(() => []);
      queries.forEach((rows, head) => {
        rows.forEach((query, row) => {
          promptQueries[layer][head][start + row] = query;
        });
      });
    },
    select(view) {
      const { layer, queries, entries, parts } = view;
      const { length } = entries[0];
      if (length <= budget) return null;
      const chunks = Math.floor(parts.length / chunk);
      representatives[layer] ??= represent(view, chunks);
      const tail = range(chunks * chunk, length);
      const affordable = Math.floor(budget / chunk) - Math.ceil(tail.length / chunk);
      const forced = Math.min(chunks, 2);
      return queries.map((query, head) => {
        const ranks = representatives[layer][kvHeadOf(head, shape)].map((representative, index) =>
          index === 0 || index === chunks - 1
            ? Number.POSITIVE_INFINITY
            : dot(query, representative),
        );
        const chosen = topIndices(ranks, Math.max(forced, affordable));
        return [...chosen.flatMap((index) => range(index * chunk, (index + 1) * chunk)), ...tail];
      });
    },
  };
}

/**
 * One key that stands for a chunk of one KV head. With positions counted inside the chunk, every token of
 * every query head of the group attends to the whole chunk, forwards too; the mean of these outputs, not
 * rotated, then attends to the chunk's rotated keys, and the mixture of keys that it gets is the result.
 * @param queries queries[head of the group][token], unrotated
 */
export function chunkRepresentative(
  queries: Float64Array[][],
  entries: CacheEntry[],
  rotate: Rotate,
): Float64Array {
  const keys = entries.map(({ key }, token) => rotate(key, token));
  const contents = entries.map(({ value }) => value);
  const outputs = queries.flatMap((tokens) =>
    tokens.map((query, token) => attend(rotate(query, token), keys, contents)),
  );
  return attend(mean(outputs), keys, keys);
}

function attend(query: Float64Array, keys: Float64Array[], contents: Float64Array[]) {
  const scores = keys.map((key) => dot(query, key) / Math.sqrt(query.length));
  return weightedSum(softmax(scores).weights, contents);
}
