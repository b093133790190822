import type { AttentionRow, Inspection, Shading } from '../../state/page-store';
import { CELL_EVICTED, CELL_FUTURE, CELL_SKIPPED } from '../../worker/protocol';
import { whyLeftOut } from '../parts/left-out';
import { formatWeight } from '../parts/numbers';

const STILL_THERE = 0xffffffff;

/** What one token shows: a weight, or why it has none. */
export type TokenShade =
  | { kind: 'weight'; weight: number }
  | { kind: 'evicted'; query: number | null }
  | { kind: 'kept' }
  | { kind: 'read' }
  /** There, but not looked at by the query; null: by none of the queries. */
  | { kind: 'left-out'; query: number | null }
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
  const weights = shading === 'received' ? received : row;
  return {
    caption: weights ? captionOf(weights, shading) : '',
    at(position) {
      const weight = weights?.weights[position] ?? CELL_FUTURE;
      if (weight === CELL_EVICTED) return { kind: 'evicted', query: gone(position) };
      if (weight === CELL_SKIPPED) return { kind: 'left-out', query: weights?.query ?? null };
      if (weight < 0) return NONE;
      return shading === 'read' ? { kind: 'read' } : { kind: 'weight', weight };
    },
  };
}

/** One line about a token's shade, with the exact number. */
export function describeShade(shade: TokenShade, shading: Shading, promptLength: number): string {
  switch (shade.kind) {
    case 'weight':
      return shading === 'attention'
        ? `weight ${formatWeight(shade.weight)}`
        : `mean weight ${formatWeight(shade.weight)}`;
    case 'evicted':
      return shade.query === null ? 'evicted' : `evicted: not seen from query ${shade.query} on`;
    case 'kept':
      return 'kept in the cache';
    case 'read':
      return 'read by this query';
    case 'left-out':
      return shade.query === null
        ? 'left out by every query'
        : whyLeftOut([shade.query, shade.query + 1], promptLength);
    case 'none':
      return shading === 'attention' || shading === 'read'
        ? 'after the query, or not computed'
        : 'not computed';
  }
}

function captionOf({ layer, head, query, sampledQueries }: AttentionRow, shading: Shading): string {
  const where = `layer ${layer} · head ${head}`;
  if (query === null) return `${where} · mean over ${sampledQueries} queries`;
  return `${where} · ${shading === 'read' ? 'read by' : 'attention of'} query ${query}`;
}
