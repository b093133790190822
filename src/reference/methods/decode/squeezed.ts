import { type Clusters, kMeans } from '../../k-means';
import { dot } from '../../vectors';
import type { CacheEntry, DecodeMethod, MethodShape } from '../method';
import { range } from './range';
import { kvHeadOf } from './scores';

export interface SqueezedValues {
  /** Clusters as percent of the prefix's keys. */
  clusters: number;
  /** Percent of the prefix's keys, over all layers and heads, that pass the threshold. */
  keep: number;
  /** Last tokens of the prompt: always read, and their queries set the threshold. */
  queries: number;
  levels: 1 | 2;
  /** Coarse clusters as percent of the prefix's keys; used with two levels. */
  coarse: number;
}

/** Percent of the keys that pass the coarse level, unless more are to be kept in the end. */
const COARSE_KEEP = 50;

/** The clusters of the prefix of one KV head. */
interface Level {
  /** labels[key of the prefix] */
  labels: number[];
  centroids: Float64Array[];
  /** Keys in each cluster. */
  sizes: number[];
}

/**
 * Squeezed Attention (arXiv 2411.09688): the keys of the prompt, all but the last `queries`, are clustered
 * by direction for each layer and KV head; each query head reads the keys whose cluster's estimated weight
 * lies above one global threshold, and everything after the prefix.
 *
 * The threshold is the quantile that `keep` names, over the keys of all layers and query heads, of the
 * weights that the last `queries` tokens of the prompt give on average.
 *
 * With two levels the coarse clusters are clusters of the fine centroids, each of which counts once. A
 * coarse threshold, made in the same way, lets half of the keys pass (or `keep`, if more); then the fine
 * weights are estimated anew among the clusters that passed, with the fine threshold of one level.
 */
export function squeezed(values: SqueezedValues, shape: MethodShape): DecodeMethod {
  /** lastQueries[layer][head]: queries of the last tokens of the prompt. */
  const lastQueries: Float64Array[][][] = [];
  /** levels[layer][kvHead] */
  let fine: Level[][] = [];
  let coarse: Level[][] | null = null;
  let fineThreshold = 0;
  let coarseThreshold = 0;

  function threshold(levels: Level[][], keep: number): number {
    const weights = levels.flatMap((kvHeads, layer) =>
      lastQueries[layer].flatMap((queries, head) => {
        const level = kvHeads[kvHeadOf(head, shape)];
        const rows = queries.map((query) => memberWeights(query, level.centroids, level.sizes));
        const averages = level.sizes.map(
          (_, c) => rows.reduce((sum, row) => sum + row[c], 0) / rows.length,
        );
        return level.labels.map((label) => averages[label]);
      }),
    );
    return keepThreshold(weights, keep);
  }

  function keptKeys(query: Float64Array, layer: number, kvHead: number): number[] {
    const { labels, centroids, sizes } = fine[layer][kvHead];
    const keys = range(0, labels.length);
    if (!coarse) {
      const weights = memberWeights(query, centroids, sizes);
      return keys.filter((key) => weights[labels[key]] > fineThreshold);
    }
    const above = coarse[layer][kvHead];
    const coarseWeights = memberWeights(query, above.centroids, above.sizes);
    const passed = keys.filter((key) => coarseWeights[above.labels[key]] > coarseThreshold);
    const survivors = new Set(passed.map((key) => labels[key]));
    const weights = memberWeights(
      query,
      centroids,
      sizes.map((size, c) => (survivors.has(c) ? size : 0)),
    );
    return passed.filter((key) => weights[labels[key]] > fineThreshold);
  }

  return {
    positions: 'original',
    observePrompt({ layer, start, queries, parts }) {
      lastQueries[layer] ??= queries.map(() => []);
      queries.forEach((rows, head) => {
        const last = rows.filter((_, row) => start + row >= parts.length - values.queries);
        lastQueries[layer][head].push(...last);
      });
    },
    promptRead(entries, parts) {
      const end = parts.length - values.queries;
      const prefixes = entries.map((kvHeads) =>
        kvHeads.map((own) => own.filter(({ position }) => position < end)),
      );
      fine = prefixes.map((kvHeads) => kvHeads.map((prefix) => fineLevel(prefix, values.clusters)));
      fineThreshold = threshold(fine, values.keep);
      if (values.levels === 2) {
        coarse = fine.map((kvHeads) => kvHeads.map((level) => coarseLevel(level, values.coarse)));
        coarseThreshold = threshold(coarse, Math.max(values.keep, COARSE_KEEP));
      }
    },
    select({ layer, queries, entries }) {
      return queries.map((query, head) => {
        const kvHead = kvHeadOf(head, shape);
        const rest = range(fine[layer][kvHead].labels.length, entries[kvHead].length);
        return [...keptKeys(query, layer, kvHead), ...rest];
      });
    },
  };
}

/**
 * Estimated weight of a single member of each cluster, S_c = exp(q·C_c/√d) / Σ_j n_j exp(q·C_j/√d).
 * Clusters without members get 0.
 */
export function memberWeights(
  query: Float64Array,
  centroids: Float64Array[],
  sizes: number[],
): number[] {
  const scores = centroids.map((centroid) => dot(query, centroid) / Math.sqrt(query.length));
  const highest = Math.max(...scores.filter((_, c) => sizes[c] > 0));
  const weights = scores.map((score, c) => (sizes[c] > 0 ? Math.exp(score - highest) : 0));
  const sum = weights.reduce((total, weight, c) => total + sizes[c] * weight, 0);
  return weights.map((weight) => (sum > 0 ? weight / sum : 0));
}

/** The largest value that at least (100 − keep) % of the weights do not exceed; below all weights for 100. */
export function keepThreshold(weights: number[], keep: number): number {
  const dropped = Math.floor((weights.length * (100 - keep)) / 100);
  return dropped === 0 ? -1 : weights.toSorted((a, b) => a - b)[dropped - 1];
}

function fineLevel(prefix: CacheEntry[], percent: number): Level {
  const keys = prefix.map(({ key }) => key);
  return levelOf(kMeans(keys, clusterCount(keys.length, keys.length, percent)));
}

/** Clusters of the clusters below. */
function coarseLevel(level: Level, percent: number): Level {
  const count = clusterCount(level.labels.length, level.centroids.length, percent);
  const { labels, centroids } = kMeans(level.centroids, count);
  return levelOf({ labels: level.labels.map((label) => labels[label]), centroids });
}

/** @param items what is to be clustered; there cannot be more clusters */
function clusterCount(keys: number, items: number, percent: number): number {
  return Math.min(items, Math.max(1, Math.floor((keys * percent) / 100)));
}

function levelOf({ labels, centroids }: Clusters): Level {
  const sizes = centroids.map((_, c) => labels.filter((label) => label === c).length);
  return { labels, centroids, sizes };
}
