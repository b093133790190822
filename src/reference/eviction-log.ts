import type { CacheEntries } from './methods/method';

/** How one entry left the cache of one KV head. */
export interface Departure {
  /** Position of the first query that could no longer see it. */
  at: number;
  /** The score by which it was dropped; null where it left by another rule. */
  score: number | null;
}

/** Scores of entries that are about to be ranked; null: they are not. */
export type Ranks = number[] | null;

/** When and by which scores entries left: the oracle of what an inspection store notes. */
export class EvictionLog {
  /** [layer][kvHead] by position of the entry. */
  readonly departures: Map<number, Departure>[][];
  /**
   * [layer][kvHead] by position of the first query that missed what left: the lowest score among the entries
   * that stayed for theirs.
   */
  readonly lowestKept: Map<number, number>[][];

  constructor(layers: number, kvHeads: number) {
    const perHead = <T>() =>
      Array.from({ length: layers }, () =>
        Array.from({ length: kvHeads }, () => new Map<number, T>()),
      );
    this.departures = perHead();
    this.lowestKept = perHead();
  }

  /** The query at `at` does not see these positions, because they left its window. */
  hide(layer: number, kvHead: number, positions: number[], at: number): void {
    const left = this.departures[layer][kvHead];
    for (const position of positions) {
      if (!left.has(position)) left.set(position, { at, score: null });
    }
  }

  /**
   * What a policy dropped before the query at `at` came.
   * @param ranks [layer][kvHead]: scores of the entries before
   */
  drop(before: CacheEntries, after: CacheEntries, at: number, ranks: Ranks[][]): void {
    before.forEach((lists, layer) => {
      lists.forEach((list, kvHead) => {
        const stayed = new Set(after[layer][kvHead].map(({ position }) => position));
        if (list.every(({ position }) => stayed.has(position))) return;
        const scores = ranks[layer][kvHead];
        const kept: number[] = [];
        list.forEach(({ position }, index) => {
          const score = scores?.[index] ?? null;
          if (!stayed.has(position)) {
            this.departures[layer][kvHead].set(position, { at, score });
          } else if (score !== null && Number.isFinite(score)) {
            kept.push(score);
          }
        });
        if (kept.length > 0) this.lowestKept[layer][kvHead].set(at, Math.min(...kept));
      });
    });
  }
}
