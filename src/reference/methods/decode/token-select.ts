import { softmax } from '../../formulas';
import { cosine } from '../../vectors';
import type { DecodeMethod, DecodeView, MethodShape } from '../method';
import { topIndices } from '../top-k';
import { range } from './range';
import { attentionScores, kvHeadOf } from './scores';

export interface TokenSelectValues {
  /** Entries at the start that are always read. */
  sinks: number;
  /** Newest entries that are always read, the token's own included. */
  recent: number;
  /** Entries chosen between them. */
  k: number;
  /** A selection is reused while the query's cosine with the one that made it is at least this. */
  threshold: number;
  /** First layers, which read everything. */
  dense: number;
}

/**
 * TokenSelect (arXiv 2411.02886): the heads of a layer vote with their softmax weights over the candidates,
 * and all read the same winners. Keys are cached unrotated. For the vote every candidate stands at position
 * 0 and the query at position `recent`, so that distance in the text plays no part, as in the authors' code;
 * scores are divided by √d and heads share KV heads in groups, which that code leaves out.
 *
 * While a selection is reused the window of recent entries moves on. An entry that leaves the window is not
 * read before the next selection, so that the budget sinks + k + recent holds in every step.
 * The KV heads of a layer must hold the same entries.
 */
export function tokenSelect(values: TokenSelectValues, shape: MethodShape): DecodeMethod {
  const { sinks, recent, k, threshold, dense } = values;
  /** selections[layer]: the layer's queries in one vector, and the candidates that they chose. */
  const selections: ({ query: Float64Array; chosen: number[] } | undefined)[] = [];

  function vote({ queries, entries, rotate }: DecodeView): number[] {
    const votes = new Array<number>(entries[0].length - sinks - recent).fill(0);
    queries.forEach((query, head) => {
      const candidates = entries[kvHeadOf(head, shape)].slice(sinks, -recent);
      const { weights } = softmax(attentionScores(rotate(query, recent), candidates));
      weights.forEach((weight, candidate) => {
        votes[candidate] += weight;
      });
    });
    return topIndices(votes, k).map((candidate) => sinks + candidate);
  }

  return {
    positions: 'reindexed',
    select(view) {
      const { layer, queries, entries } = view;
      const { length } = entries[0];
      if (layer < dense || length <= sinks + k + recent) return null;
      const query = Float64Array.from(queries.flatMap((part) => [...part]));
      let selection = selections[layer];
      if (!selection || cosine(query, selection.query) < threshold) {
        selection = { query, chosen: vote(view) };
        selections[layer] = selection;
      }
      const read = [...range(0, sinks), ...selection.chosen, ...range(length - recent, length)];
      return queries.map(() => read);
    },
  };
}
