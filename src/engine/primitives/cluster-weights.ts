/** What queries would give to the keys of clusters, judged by the clusters' centroids. */
import quantileCode from '../../../shaders/cluster/quantile.wgsl?raw';
import scoreSumsCode from '../../../shaders/cluster/score-sums.wgsl?raw';
import slotWeightsCode from '../../../shaders/cluster/slot-weights.wgsl?raw';
import survivorsCode from '../../../shaders/cluster/survivors.wgsl?raw';
import weightsCode from '../../../shaders/cluster/weights.wgsl?raw';
import centroidScore from '../../../shaders/shared/centroid-score.wgsl?raw';
import forced from '../../../shaders/shared/forced.wgsl?raw';
import type { Resource } from '../../gpu/kernels';
import type { Bench } from '../bench';
import { kernel, SHARED } from '../kernels';
import type { Recorder, Step } from '../recorder';
import type { Clusters, Prefix } from './clusters';
import { Layered } from './layered';

const { frame, pages, reduce } = SHARED;

export const CLUSTER_SUMS = kernel(
  'cluster/score-sums',
  scoreSumsCode,
  frame,
  pages,
  reduce,
  centroidScore,
);
export const CLUSTER_WEIGHTS = kernel('cluster/weights', weightsCode, frame, pages, centroidScore);
export const QUANTILE = kernel('cluster/quantile', quantileCode, frame, pages);
export const SURVIVORS = kernel('cluster/survivors', survivorsCode, frame, pages);
export const SLOT_WEIGHTS = kernel('cluster/slot-weights', slotWeightsCode, frame, pages, forced);

/** f32[heads, stride of the clusters] for each layer, without gaps between layers. */
export function clusterWeights(bench: Bench, clusters: Clusters): Layered {
  return new Layered(bench, 'weights of clusters', bench.config.heads * clusters.stride * 4);
}

/** Whose weights are estimated. */
export interface Asking {
  /** f32[heads, count, headDim] */
  queries(layer: number): Resource;
  count: number;
  /** Of each query head, the sizes that count; by default those of the clusters. */
  sizes?: GPUBuffer | undefined;
}

export type LayerWork = (recorder: Recorder, layer: number) => void;

/** Estimates the weight of a single key of each cluster, mean over the queries. */
export async function estimateWeights(
  bench: Bench,
  prefix: Prefix,
  clusters: Clusters,
  weights: Layered,
  { queries, count, sizes }: Asking,
): Promise<LayerWork> {
  const { heads, kvHeads } = bench.config;
  const sums = bench.storage('sums over clusters', heads * count * 8);
  const stepsOf = async (each: typeof CLUSTER_SUMS): Promise<Step[]> => {
    const pipeline = await bench.kernel(each, {
      LEVEL: clusters.level,
      CLUSTER_STRIDE: clusters.stride,
      QUERIES: count,
      SIZE_GROUP: sizes ? 1 : heads / kvHeads,
    });
    return bench.layerSteps(pipeline, (layer) => ({
      queries: queries(layer),
      centroids: clusters.centroids.of(layer),
      sizes: sizes ?? clusters.sizes.of(layer),
      extents: prefix.extents.of(layer),
      sums,
      weights: weights.of(layer),
    }));
  };
  const [sumSteps, weightSteps] = await Promise.all([
    stepsOf(CLUSTER_SUMS),
    stepsOf(CLUSTER_WEIGHTS),
  ]);
  return (recorder, layer) => {
    recorder.run(sumSteps[layer], count, heads);
    recorder.run(weightSteps[layer], Math.ceil(clusters.most / 64), heads);
  };
}

/** The weight above which a share of all layers' and heads' keys lies; one workgroup. */
export async function keepThreshold(
  bench: Bench,
  { level, stride, sizes }: Clusters,
  weights: Layered,
  keepPercent: number,
  thresholds: GPUBuffer,
): Promise<Step> {
  const pipeline = await bench.kernel(QUANTILE, {
    LEVEL: level,
    CLUSTER_STRIDE: stride,
    KEEP_PERCENT: keepPercent,
  });
  return bench.step(pipeline, { weights: weights.buffer, sizes: sizes.buffer, thresholds });
}

/** The sizes of those clusters whose own clusters pass the coarse threshold: u32[heads, stride]. */
export async function survivingSizes(
  bench: Bench,
  prefix: Prefix,
  fine: Clusters,
  coarse: Clusters,
  coarseWeights: Layered,
  thresholds: GPUBuffer,
): Promise<{ sizes: GPUBuffer; record: LayerWork }> {
  const { heads } = bench.config;
  const surviving = bench.storage('surviving clusters', heads * fine.stride * 4);
  const pipeline = await bench.kernel(SURVIVORS, {
    CLUSTER_STRIDE: fine.stride,
    COARSE_STRIDE: coarse.stride,
  });
  const steps = bench.layerSteps(pipeline, (layer) => ({
    coarse_weights: coarseWeights.of(layer),
    thresholds,
    parents: coarse.labels.of(layer),
    sizes: fine.sizes.of(layer),
    extents: prefix.extents.of(layer),
    surviving,
  }));
  return {
    sizes: surviving,
    record: (recorder, layer) => recorder.run(steps[layer], Math.ceil(fine.most / 64), heads),
  };
}

/** Rows for a selector by threshold: every key of the prefix weighs what its cluster says. */
export async function slotWeights(
  bench: Bench,
  prefix: Prefix,
  fine: Clusters,
  weights: Layered,
  thresholds: GPUBuffer,
): Promise<{ values: GPUBuffer; stride: number; sizes: GPUBuffer; record: LayerWork }> {
  const { heads } = bench.config;
  const stride = bench.capacity;
  const values = bench.storage('weights of slots', heads * stride * 4);
  const sizes = bench.storage('sizes of weight rows', heads * 8);
  const pipeline = await bench.kernel(SLOT_WEIGHTS, {
    CLUSTER_STRIDE: fine.stride,
    ITEM_STRIDE: prefix.items.stride,
    VALUE_STRIDE: stride,
  });
  const steps = bench.layerSteps(pipeline, (layer) => ({
    weights: weights.of(layer),
    thresholds,
    labels: fine.labels.of(layer),
    extents: prefix.extents.of(layer),
    values,
    sizes,
  }));
  return {
    values,
    stride,
    sizes,
    record: (recorder, layer) => {
      const slots = bench.cache.slots + recorder.tokens;
      recorder.run(steps[layer], Math.ceil(slots / 64), heads);
    },
  };
}
