import type { CacheEntry, DecodeMethod, MethodShape } from '../method';
import { topIndices } from '../top-k';
import { entriesOfPages, pageBudget, pagesOf, scoreBound } from './pages';
import { range } from './range';
import { kvHeadOf } from './scores';

/** Entries in a logical page: the grain of the bounds. */
const LOGICAL_PAGE = 16;

export interface LServeValues {
  /** Entries in a physical page, a multiple of 16: the grain of what is read. */
  page: number;
  /** Tokens that a head reads in a step. */
  budget: number;
  /** Steps that share one selection. */
  interval: number;
  /** First layers, which read everything. */
  dense: number;
}

/**
 * The retrieval heads of LServe (arXiv 2502.14866): pages ranked by the highest bound of their logical
 * pages, per query head; the newest page is always read. A selection serves `interval` steps, during which
 * the newest page grows and pages that begin are read too: up to interval − 1 entries above the budget.
 * A list that fits the budget is read in full.
 */
export function lserve(values: LServeValues, shape: MethodShape): DecodeMethod {
  /** selected[layer][head]: pages of the last selection. */
  const selected: number[][][] = [];

  function selectPages(query: Float64Array, own: CacheEntry[]): number[] {
    const pages = pagesOf(own, values.page);
    const newest = pages.length - 1;
    if (own.length <= values.budget) return range(0, pages.length);
    const ranks = pages
      .slice(0, newest)
      .map((page) =>
        Math.max(...pagesOf(page, LOGICAL_PAGE).map((logical) => scoreBound(query, logical))),
      );
    return [...topIndices(ranks, pageBudget(values.budget, values.page) - 1), newest];
  }

  return {
    positions: 'original',
    select({ layer, step, queries, entries }) {
      if (layer < values.dense) return null;
      if (step % values.interval === 0) {
        selected[layer] = queries.map((query, head) =>
          selectPages(query, entries[kvHeadOf(head, shape)]),
        );
      }
      return selected[layer].map((pages, head) => {
        const { length } = entries[kvHeadOf(head, shape)];
        const begun = range(pages[pages.length - 1] + 1, Math.ceil(length / values.page));
        return entriesOfPages([...pages, ...begun], values.page, length);
      });
    },
  };
}
