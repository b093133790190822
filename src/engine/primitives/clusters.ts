/** Spherical k-means over the keys of each layer and KV head, and over their clusters. */
import assignCode from '../../../shaders/cluster/assign.wgsl?raw';
import centroidsCode from '../../../shaders/cluster/centroids.wgsl?raw';
import gatherPrefixCode from '../../../shaders/cluster/gather-prefix.wgsl?raw';
import startCode from '../../../shaders/cluster/start.wgsl?raw';
import type { Resource } from '../../gpu/kernels';
import type { Bench } from '../bench';
import { kernel, SHARED } from '../kernels';
import type { Recorder, Step } from '../recorder';
import { Layered } from './layered';

const { frame, pages, reduce } = SHARED;

export const GATHER_PREFIX = kernel('cluster/gather-prefix', gatherPrefixCode, frame, pages);
export const START = kernel('cluster/start', startCode);
export const ASSIGN = kernel('cluster/assign', assignCode);
export const CENTROIDS = kernel('cluster/centroids', centroidsCode, reduce);

/** Lloyd iterations: a fixed number, so that two implementations can be compared. */
export const ITERATIONS = 10;

/** What is clustered. */
export interface Items {
  /** f32[kvHeads, stride, headDim] */
  vectors(layer: number): Resource;
  /** u32[kvHeads, stride]: keys that an item stands for. */
  sizes(layer: number): Resource;
  stride: number;
  /** Most items that a head has. */
  most: number;
}

/** One level of clusters of every layer and KV head. */
export interface Clusters {
  /** 0: clusters of keys; 1: clusters of these. */
  level: 0 | 1;
  /** f32[kvHeads, stride, headDim] */
  centroids: Layered;
  /** u32[kvHeads, stride]: keys in each cluster, without gaps between layers. */
  sizes: Layered;
  /** u32[kvHeads, stride of the items]: the cluster of each item. */
  labels: Layered;
  stride: number;
  /** Most clusters that a head has. */
  most: number;
  /** Records the clustering of a layer. */
  record(recorder: Recorder, layer: number): void;
}

/** A stride at which rows of 4-byte numbers make layers without gaps. */
function gapless(numbers: number): number {
  return Math.ceil(Math.max(1, numbers) / 64) * 64;
}

/** The keys of the prompt's first tokens, as items of one layer at a time. */
export class Prefix {
  /** u32[kvHeads, 3]: keys, clusters of them, clusters of these. */
  readonly extents: Layered;
  readonly items: Items;
  /** Most clusters of both levels. */
  readonly most: [fine: number, coarse: number];
  private readonly directions: GPUBuffer;
  private steps: Step[] = [];

  private constructor(
    private readonly bench: Bench,
    end: number,
    percents: [fine: number, coarse: number],
  ) {
    const { kvHeads, headDim } = bench.config;
    const most = Math.max(1, Math.min(bench.capacity, end));
    const stride = gapless(most);
    const vectors = bench.storage('prefix', kvHeads * stride * headDim * 4);
    const sizes = bench.storage('sizes of prefix items', kvHeads * stride * 4);
    this.extents = new Layered(bench, 'numbers of clusters', kvHeads * 12);
    this.directions = bench.storage('directions', kvHeads * stride * headDim * 4);
    this.items = { vectors: () => vectors, sizes: () => sizes, stride, most };
    const clusters = (percent: number) =>
      Math.min(most, Math.max(1, Math.floor((most * percent) / 100)));
    this.most = [clusters(percents[0]), clusters(percents[1])];
  }

  /**
   * @param end position in the text at which the prefix ends
   * @param percents clusters of both levels, as percent of the keys
   */
  static async create(
    bench: Bench,
    end: number,
    percents: [fine: number, coarse: number],
  ): Promise<Prefix> {
    const prefix = new Prefix(bench, end, percents);
    const { items, extents } = prefix;
    const pipeline = await bench.kernel(GATHER_PREFIX, {
      ITEM_STRIDE: items.stride,
      END: Math.max(0, end),
      FINE: percents[0],
      COARSE: percents[1],
    });
    prefix.steps = bench.layerSteps(pipeline, (layer) => ({
      items: items.vectors(layer),
      item_sizes: items.sizes(layer),
      extents: extents.of(layer),
    }));
    return prefix;
  }

  /** Records what brings a layer's items into place. */
  record(recorder: Recorder, layer: number): void {
    const groups = Math.ceil(this.bench.cache.slots / 64);
    recorder.run(this.steps[layer], groups, this.bench.config.kvHeads);
  }

  /** Clusters of the keys, or of clusters of them. */
  async clusters(below: Clusters | null): Promise<Clusters> {
    const { bench, extents, directions } = this;
    const { kvHeads, headDim } = bench.config;
    const level = below ? 1 : 0;
    const items: Items = below
      ? {
          vectors: (layer) => below.centroids.of(layer),
          sizes: (layer) => below.sizes.of(layer),
          stride: below.stride,
          most: below.most,
        }
      : this.items;
    const most = this.most[level];
    const stride = gapless(most);
    const centroids = new Layered(bench, 'centroids', kvHeads * stride * headDim * 4);
    const sizes = new Layered(bench, 'sizes of clusters', kvHeads * stride * 4);
    const labels = new Layered(bench, 'labels', kvHeads * items.stride * 4);

    const constants = { LEVEL: level, ITEM_STRIDE: items.stride, CLUSTER_STRIDE: stride };
    const stepsOf = async (
      each: typeof START,
      more: Record<string, number> = {},
      vectors: (layer: number) => Resource = () => directions,
    ) =>
      bench.layerSteps(await bench.kernel(each, { ...constants, ...more }), (layer) => ({
        items: items.vectors(layer),
        item_sizes: items.sizes(layer),
        extents: extents.of(layer),
        directions,
        vectors: vectors(layer),
        centroids: centroids.of(layer),
        sizes: sizes.of(layer),
        labels: labels.of(layer),
      }));
    const [start, assign, turn, settle] = await Promise.all([
      stepsOf(START),
      stepsOf(ASSIGN),
      stepsOf(CENTROIDS, { NORMALISED: 1 }),
      stepsOf(CENTROIDS, { NORMALISED: 0 }, items.vectors),
    ]);
    const groups = Math.ceil(items.most / 64);
    return {
      level,
      centroids,
      sizes,
      labels,
      stride,
      most,
      record(recorder, layer) {
        recorder.run(start[layer], groups, kvHeads);
        for (let iteration = 1; iteration <= ITERATIONS; iteration++) {
          recorder.run(assign[layer], groups, kvHeads);
          // The last means are those of the items themselves.
          const means = iteration < ITERATIONS ? turn : settle;
          recorder.run(means[layer], most, kvHeads);
        }
      },
    };
  }
}
