import type { CacheEntry } from '../method';
import { range } from './range';

/** Cuts a head's list into pages of `size` consecutive entries; the last may be shorter. */
export function pagesOf(entries: CacheEntry[], size: number): CacheEntry[][] {
  return range(0, Math.ceil(entries.length / size)).map((page) =>
    entries.slice(page * size, (page + 1) * size),
  );
}

/** Indices of the entries in these pages of a list of `length` entries. */
export function entriesOfPages(pages: number[], size: number, length: number): number[] {
  return pages.flatMap((page) => range(page * size, Math.min(length, (page + 1) * size)));
}

/** Pages that a budget in tokens pays for; never fewer than three. */
export function pageBudget(budget: number, size: number): number {
  return Math.max(3, Math.floor(budget / size));
}

/** No key between the channel-wise extremes scores above this: u = Σ_t max(q_t min_t, q_t max_t). */
export function scoreBound(query: Float64Array, page: CacheEntry[]): number {
  return query.reduce((sum, q, t) => {
    const channel = page.map(({ key }) => key[t]);
    return sum + Math.max(q * Math.min(...channel), q * Math.max(...channel));
  }, 0);
}
