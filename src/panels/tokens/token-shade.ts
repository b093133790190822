import type { AttentionRow, Inspection, Shading } from '../../state/page-store';
import type { SinkReport } from '../../worker/protocol';
import { CELL_EVICTED, CELL_FUTURE, CELL_SKIPPED } from '../../worker/protocol';
import { whyLeftOut } from '../parts/left-out';
import { formatShort, formatWeight } from '../parts/numbers';

const STILL_THERE = 0xffffffff;

/** What one token shows: a number, or why it has none. */
export type TokenShade =
  | { kind: 'weight'; weight: number }
  /** On a scale from 0 to the shading's `most`. */
  | { kind: 'amount'; amount: number }
  | { kind: 'evicted'; query: number | null }
  | { kind: 'kept' }
  | { kind: 'read' }
  /** There, but not looked at by the query; null: by none of the queries. */
  | { kind: 'left-out'; query: number | null }
  | { kind: 'none' };

export interface TokenShading {
  /** What the shades are about: layer, head, query, step. */
  caption: string;
  at(position: number): TokenShade;
}

/** Shadings by numbers that are no weights: the end of their scale, and their unit. */
export const AMOUNTS = {
  // The window that WAAD counts distances in.
  waad: { most: 10, unit: 'tokens' },
  // A token with a probability of 0.00005.
  surprisal: { most: 10, unit: 'nats' },
} as const;

const NONE: TokenShade = { kind: 'none' };

/**
 * What each token shows under the chosen way of shading.
 * @param row what the text shows of attention; see `shownTextRow`
 * @param step position of the row at whose time the cache is looked at; null: now
 */
export function tokenShading(
  shading: Shading,
  inspection: Inspection,
  row: AttentionRow | null,
  step: number | null,
): TokenShading {
  const { received, sinks, curves, surprisal } = inspection;
  switch (shading) {
    case 'kept':
      return keptAt(inspection, step);
    case 'attention':
    case 'read':
      return byWeights(row, shading, inspection);
    case 'received':
      return byWeights(received, shading, inspection);
    case 'sink':
      return byNumbers(sinks && meanMass(sinks), 'weight', 'mean over all layers and heads');
    case 'fai':
      return byNumbers(
        curves?.fai ?? null,
        'weight',
        `mean over the ${curves?.globalHeads.length} heads that look farthest`,
      );
    case 'waad':
      return byNumbers(
        curves?.waad ?? null,
        'amount',
        `mean over the ${curves?.localHeads.length} heads that look nearest`,
      );
    case 'surprisal':
      return byNumbers(surprisal, 'amount', 'given the tokens before it, under this strategy');
  }
}

function keptAt({ evictedAt }: Inspection, step: number | null): TokenShading {
  const when = step === null ? 'now' : `at row ${step}`;
  return {
    caption: evictedAt ? `layer ${evictedAt.layer} · KV head ${evictedAt.kvHead} · ${when}` : '',
    at(position) {
      if (!evictedAt || position >= evictedAt.queries.length) return NONE;
      if (step !== null && position > step) return NONE;
      const query = evictedAt.queries[position];
      const gone = step === null ? query !== STILL_THERE : query <= step;
      return gone ? { kind: 'evicted', query } : { kind: 'kept' };
    },
  };
}

function byWeights(
  weights: AttentionRow | null,
  shading: Shading,
  { evictedAt }: Inspection,
): TokenShading {
  const gone = (position: number) => {
    const query = evictedAt?.queries[position] ?? STILL_THERE;
    return query === STILL_THERE ? null : query;
  };
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

/** @param values one a position; not a number where there is none */
function byNumbers(
  values: Float32Array | null,
  kind: 'weight' | 'amount',
  caption: string,
): TokenShading {
  return {
    caption: values ? caption : '',
    at(position) {
      const value = values?.[position] ?? Number.NaN;
      if (Number.isNaN(value)) return NONE;
      return kind === 'weight' ? { kind, weight: value } : { kind, amount: value };
    },
  };
}

const meanMasses = new WeakMap<SinkReport, Float32Array>();

/** Mean mass of each position over the layers that saw it; computed once a report. */
function meanMass(report: SinkReport): Float32Array {
  const known = meanMasses.get(report);
  if (known) return known;
  const { mass, layers, positions } = report;
  const means = Float32Array.from({ length: positions }, (_, position) => {
    let sum = 0;
    let count = 0;
    for (let layer = 0; layer < layers; layer++) {
      const value = mass[layer * positions + position];
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
    return sum / count;
  });
  meanMasses.set(report, means);
  return means;
}

/** One line about a token's shade, with the exact number. */
export function describeShade(shade: TokenShade, shading: Shading, promptLength: number): string {
  switch (shade.kind) {
    case 'weight':
      return `${WEIGHT_NAMES[shading] ?? 'weight'} ${formatWeight(shade.weight)}`;
    case 'amount':
      return shading === 'waad'
        ? `looks back ${formatShort(shade.amount)} tokens (WAAD)`
        : `surprisal ${formatShort(shade.amount)} nats, probability ${formatWeight(Math.exp(-shade.amount))}`;
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

const WEIGHT_NAMES: Partial<Record<Shading, string>> = {
  received: 'mean weight',
  sink: 'mass',
  fai: 'influence (FAI)',
};

function captionOf({ layer, head, query, sampledQueries }: AttentionRow, shading: Shading): string {
  const where = whereOf(layer, head);
  if (query === null) return `${where} · mean over ${sampledQueries} queries`;
  return `${where} · ${shading === 'read' ? 'read by' : 'attention of'} query ${query}`;
}

function whereOf(layer: AttentionRow['layer'], head: AttentionRow['head']): string {
  if (typeof layer === 'string') return `${layer} over all heads and layers`;
  return typeof head === 'string'
    ? `layer ${layer} · ${head} over its heads`
    : `layer ${layer} · head ${head}`;
}
