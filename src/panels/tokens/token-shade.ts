import type { AttentionRow, Inspection, Shading } from '../../state/page-store';
import { CELL_EVICTED, CELL_FUTURE } from '../../worker/protocol';
import { formatWeight } from '../parts/numbers';

const STILL_THERE = 0xffffffff;

/** What one token shows: a weight, or why it has none. */
export type TokenShade =
  | { kind: 'weight'; weight: number }
  | { kind: 'evicted'; query: number | null }
  | { kind: 'kept' }
  | { kind: 'none' };

export interface TokenShading {
  /** Tells shadings apart: the same key paints the same. */
  caption: string;
  at(position: number): TokenShade;
}

const NONE: TokenShade = { kind: 'none' };

/** What each token shows under the chosen way of shading. */
export function tokenShading(
  shading: Shading,
  { row, received, evictedAt }: Inspection,
): TokenShading {
  const gone = (position: number) => {
    const query = evictedAt?.queries[position] ?? STILL_THERE;
    return query === STILL_THERE ? null : query;
  };
  if (shading === 'kept') {
    return {
      caption: evictedAt ? `layer ${evictedAt.layer} · KV head ${evictedAt.kvHead} · now` : '',
      at(position) {
        if (!evictedAt || position >= evictedAt.queries.length) return NONE;
        const query = gone(position);
        return query === null ? { kind: 'kept' } : { kind: 'evicted', query };
      },
    };
  }
  const weights = shading === 'attention' ? row : received;
  return {
    caption: weights ? captionOf(weights) : '',
    at(position) {
      const weight = weights?.weights[position] ?? CELL_FUTURE;
      if (weight === CELL_EVICTED) return { kind: 'evicted', query: gone(position) };
      return weight < 0 ? NONE : { kind: 'weight', weight };
    },
  };
}

/** One line about a token's shade, with the exact number. */
export function describeShade(shade: TokenShade, shading: Shading): string {
  switch (shade.kind) {
    case 'weight':
      return shading === 'attention'
        ? `weight ${formatWeight(shade.weight)}`
        : `mean weight ${formatWeight(shade.weight)}`;
    case 'evicted':
      return shade.query === null ? 'evicted' : `evicted: not seen from query ${shade.query} on`;
    case 'kept':
      return 'kept in the cache';
    case 'none':
      return shading === 'attention' ? 'after the query, or not computed' : 'not computed';
  }
}

function captionOf({ layer, head, query, sampledQueries }: AttentionRow): string {
  const where = `layer ${layer} · head ${head}`;
  return query === null
    ? `${where} · mean over ${sampledQueries} queries`
    : `${where} · attention of query ${query}`;
}
