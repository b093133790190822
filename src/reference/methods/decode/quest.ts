import type { DecodeMethod, MethodShape } from '../method';
import { topIndices } from '../top-k';
import { entriesOfPages, pageBudget, pagesOf, scoreBound } from './pages';
import { kvHeadOf } from './scores';

export interface QuestValues {
  /** Entries in a page. */
  page: number;
  /** Tokens that a head reads in a step. */
  budget: number;
  /** First layers, which read everything. */
  dense: number;
  /** Whether page 0 is always read. */
  firstPage: 'off' | 'on';
}

/**
 * Quest (arXiv 2406.10774): the pages whose bound on q·k is highest, per query head. The newest page is
 * always among them, as it holds the token's own entry; the authors force none.
 */
export function quest(values: QuestValues, shape: MethodShape): DecodeMethod {
  return {
    positions: 'original',
    select({ layer, queries, entries }) {
      if (layer < values.dense) return null;
      return queries.map((query, head) => {
        const own = entries[kvHeadOf(head, shape)];
        const pages = pagesOf(own, values.page);
        const ranks = pages.map((page, index) => {
          const forced = index === pages.length - 1 || (index === 0 && values.firstPage === 'on');
          return forced ? Number.POSITIVE_INFINITY : scoreBound(query, page);
        });
        const chosen = topIndices(ranks, pageBudget(values.budget, values.page));
        return entriesOfPages(chosen, values.page, own.length);
      });
    },
  };
}
