import { describe, expect, it } from 'vitest';
import { kMeans } from '../../reference/k-means';
import { keepThreshold, memberWeights } from '../../reference/methods/decode/squeezed';
import { randomStream } from '../../reference/random-model';
import { EXCLUDED, FORCED } from '../../reference/select';
import { runKernel } from '../run-kernel';
import {
  CLUSTER_SUMS,
  CLUSTER_WEIGHTS,
  QUANTILE,
  SLOT_WEIGHTS,
  SURVIVORS,
} from './cluster-weights';
import { ASSIGN, CENTROIDS, GATHER_PREFIX, ITERATIONS, START } from './clusters';
import { layerUniform, testStep } from './testing-decode';

const next = randomStream(91);
const below = (end: number) => Math.floor(((next() + 1) / 2) * end);
const random = (length: number) => Float32Array.from({ length }, next);

describe('gather-prefix', () => {
  it('copies what stands before the end, and counts keys and clusters', async () => {
    const kvHeads = [{ slots: 130 }, { slots: 3 }, { slots: 0 }, { slots: 37 }];
    const step = testStep({ heads: 4, kvHeads, headDim: 12, tokens: 0 }, next);
    // Four of five positions have an entry; that of slot 80 is 100.
    const [stride, end] = [140, 100];
    const result = await runKernel(GATHER_PREFIX, {
      constants: { ...step.constants, ITEM_STRIDE: stride, END: end, FINE: 7, COARSE: 1 },
      frame: step.cache.frame,
      cacheTable: step.cache.cacheTable,
      inputs: {
        ...step.inputs,
        items: new Float32Array(4 * stride * 12).fill(7),
        item_sizes: new Uint32Array(4 * stride).fill(7),
        extents: new Uint32Array(12),
      },
      outputs: ['items', 'item_sizes', 'extents'],
      workgroups: [3, 4],
    });
    const items = new Float32Array(result.items);
    const sizes = new Uint32Array(result.item_sizes);
    const extents: number[] = [];
    kvHeads.forEach(({ slots }, kvHead) => {
      let count = 0;
      for (let slot = 0; slot < stride; slot++) {
        const inside = slot < slots && slot + (slot >> 2) < end;
        const item = kvHead * stride + slot;
        const vector = [...items.subarray(item * 12, (item + 1) * 12)];
        expect(vector).toEqual(inside ? [...step.key(kvHead, slot)] : new Array(12).fill(7));
        expect(sizes[item]).toBe(inside ? 1 : 7);
        if (inside) count++;
      }
      const fine = Math.max(1, Math.floor((count * 7) / 100));
      const coarse = Math.max(1, Math.floor(count / 100));
      extents.push(...(count === 0 ? [0, 0, 0] : [count, fine, coarse]));
    });
    expect(extents.slice(0, 3)).toEqual([80, 5, 1]);
    expect([...new Uint32Array(result.extents)]).toEqual(extents);
  });
});

/** Items and clusters of each KV head at the two levels of one test. */
interface Level {
  level: 0 | 1;
  items: number[];
  clusters: number[];
  headDim: number;
}

describe('k-means', () => {
  const CASES: Level[] = [
    { level: 0, items: [90, 1, 47], clusters: [9, 1, 12], headDim: 4 },
    { level: 1, items: [70, 33], clusters: [5, 33], headDim: 12 },
    { level: 0, items: [200], clusters: [11], headDim: 20 },
    { level: 1, items: [30, 0], clusters: [1, 0], headDim: 128 },
  ];

  it.each(CASES)('%j', async ({ level, items, clusters, headDim }) => {
    const [stride, clusterStride] = [210, 40];
    const kvHeads = items.length;
    // Equal items, which share a label whatever comes, and a zero vector.
    const data = random(kvHeads * stride * headDim);
    const row = (kvHead: number, item: number) => (kvHead * stride + item) * headDim;
    for (const [to, source] of [
      [5, 17],
      [20, 2],
      [3, 2],
    ]) {
      data.copyWithin(row(0, to), row(0, source), row(0, source) + headDim);
    }
    data.fill(0, row(0, 7), row(0, 8));
    const itemSizes = Uint32Array.from({ length: kvHeads * stride }, () => below(4));
    const extents = new Uint32Array(3 * kvHeads).fill(77);
    items.forEach((count, kvHead) => {
      extents.set([count, clusters[kvHead]], 3 * kvHead + level);
    });
    const buffers: Record<string, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>> = {
      items: data,
      extents,
      item_sizes: itemSizes,
      directions: new Float32Array(data.length),
      vectors: data,
      centroids: new Float32Array(kvHeads * clusterStride * headDim),
      labels: new Uint32Array(kvHeads * stride).fill(7),
      sizes: new Uint32Array(kvHeads * clusterStride).fill(7),
    };
    const constants = {
      LANES: headDim / 4,
      ITEM_STRIDE: stride,
      CLUSTER_STRIDE: clusterStride,
      LEVEL: level,
    };
    const call = { inputs: buffers, workgroups: [4, kvHeads] as [number, number] };
    async function run(each: typeof START, outputs: string[], more: Record<string, number> = {}) {
      const workgroups = each === CENTROIDS ? ([clusterStride, kvHeads] as const) : call.workgroups;
      const result = await runKernel(each, {
        constants: { ...constants, ...more },
        inputs: buffers,
        outputs,
        workgroups: [...workgroups],
      });
      for (const name of outputs) {
        const integers = buffers[name] instanceof Uint32Array;
        buffers[name] = integers ? new Uint32Array(result[name]) : new Float32Array(result[name]);
      }
    }
    await run(START, ['directions', 'centroids']);
    for (let iteration = 1; iteration <= ITERATIONS; iteration++) {
      await run(ASSIGN, ['labels']);
      const last = iteration === ITERATIONS;
      buffers.vectors = last ? buffers.items : buffers.directions;
      await run(CENTROIDS, ['centroids', 'sizes'], { NORMALISED: last ? 0 : 1 });
    }
    items.forEach((count, kvHead) => {
      const vectors = Array.from({ length: count }, (_, item) =>
        Float64Array.from(data.subarray(row(kvHead, item), row(kvHead, item) + headDim)),
      );
      const expected = kMeans(vectors, clusters[kvHead]);
      const labels = [...buffers.labels.subarray(kvHead * stride, kvHead * stride + count)];
      expect(labels).toEqual(expected.labels);
      expected.centroids.forEach((centroid, cluster) => {
        const at = kvHead * clusterStride + cluster;
        centroid.forEach((value, t) => {
          expect(buffers.centroids[at * headDim + t]).toBeCloseTo(value, 5);
        });
        const size = labels.reduce(
          (sum, label, item) => sum + (label === cluster ? itemSizes[kvHead * stride + item] : 0),
          0,
        );
        expect(buffers.sizes[at]).toBe(size);
      });
    });
  });

  it('starts at evenly spaced items, also where products are large', async () => {
    // (2 · 39,999 + 1) · 100,001 does not fit 32 bits.
    const [count, clusters] = [100_001, 40_000];
    const items = Float32Array.from({ length: count * 4 }, (_, i) => (i % 4 === 0 ? 1 : i >> 2));
    const { centroids } = await runKernel(START, {
      constants: { LANES: 1, ITEM_STRIDE: count, CLUSTER_STRIDE: clusters, LEVEL: 0 },
      inputs: {
        items,
        extents: Uint32Array.of(count, clusters, 0),
        directions: new Float32Array(count * 4),
        centroids: new Float32Array(clusters * 4),
      },
      outputs: ['centroids'],
      workgroups: [Math.ceil(count / 64), 1],
    });
    const found = new Float32Array(centroids);
    for (const cluster of [0, 1, 2, 777, 20_000, 39_999]) {
      const item = Math.floor(((cluster + 0.5) * count) / clusters);
      expect(Math.round(found[cluster * 4 + 1] / found[cluster * 4])).toBe(item);
    }
  });
});

describe('weights of clusters', () => {
  const [heads, kvHeads, headDim, stride] = [6, 2, 12, 70];
  const clusters = [67, 3];
  const kvHeadOf = (head: number) => Math.floor(head / 3);
  const vector = (data: Float32Array, index: number) =>
    Float64Array.from(data.subarray(index * headDim, (index + 1) * headDim));

  it.each([
    { queries: 1, own: true },
    { queries: 5, own: false },
  ])('%j', async ({ queries, own }) => {
    const asked = Float32Array.from({ length: heads * queries * headDim }, () => 3 * next());
    const centroids = Float32Array.from({ length: kvHeads * stride * headDim }, () => 2 * next());
    // Head 4 has sizes of its own, all 0.
    const rows = own ? heads : kvHeads;
    const sizes = Uint32Array.from({ length: rows * stride }, (_, i) =>
      own && Math.floor(i / stride) === 4 ? 0 : below(4),
    );
    const call = {
      constants: {
        HEADS: heads,
        KV_HEADS: kvHeads,
        LANES: headDim / 4,
        CLUSTER_STRIDE: stride,
        LEVEL: 1,
        QUERIES: queries,
        SIZE_GROUP: own ? 1 : 3,
      },
      inputs: {
        queries: asked,
        centroids,
        sizes,
        extents: Uint32Array.of(99, 98, clusters[0], 99, 98, clusters[1]),
        sums: new Float32Array(heads * queries * 2),
        weights: new Float32Array(heads * stride).fill(7),
      },
    };
    const { sums } = await runKernel(CLUSTER_SUMS, {
      ...call,
      outputs: ['sums'],
      workgroups: [queries, heads],
    });
    const { weights } = await runKernel(CLUSTER_WEIGHTS, {
      ...call,
      inputs: { ...call.inputs, sums: new Float32Array(sums) },
      outputs: ['weights'],
      workgroups: [2, heads],
    });
    const found = new Float32Array(weights);
    for (let head = 0; head < heads; head++) {
      const kvHead = kvHeadOf(head);
      const count = clusters[kvHead];
      const first = (own ? head : kvHead) * stride;
      const expected = Array.from({ length: queries }, (_, query) =>
        memberWeights(
          vector(asked, head * queries + query),
          Array.from({ length: count }, (_, c) => vector(centroids, kvHead * stride + c)),
          [...sizes.subarray(first, first + count)],
        ),
      );
      for (let cluster = 0; cluster < stride; cluster++) {
        const mean = expected.reduce((sum, row) => sum + row[cluster] / queries, 0);
        const wanted = cluster < count ? mean : 7;
        expect(Math.abs(found[head * stride + cluster] - wanted)).toBeLessThan(1e-6);
      }
    }
  });
});

describe('the threshold', () => {
  const [layers, heads, kvHeads, stride] = [3, 4, 2, 64];

  it.each([100, 99, 60, 50, 7, 1])('keeps %i percent of the keys', async (percent) => {
    // Few different weights, so that many keys tie; clusters without keys have any weight.
    const weights = Float32Array.from(
      { length: layers * heads * stride },
      () => below(40) / 1000 + (below(3) === 0 ? next() * 1e-7 + 1e-6 : 0),
    );
    const sizes = Uint32Array.from({ length: layers * kvHeads * stride }, () => below(6));
    const { thresholds } = await runKernel(QUANTILE, {
      constants: {
        LAYERS: layers,
        HEADS: heads,
        KV_HEADS: kvHeads,
        CLUSTER_STRIDE: stride,
        LEVEL: 1,
        KEEP_PERCENT: percent,
      },
      inputs: { weights, sizes, thresholds: Float32Array.of(5, 5) },
      outputs: ['thresholds'],
      workgroups: [1, 1],
    });
    const keys = [...weights].flatMap((weight, i) => {
      const head = Math.floor(i / stride);
      const kvHead = Math.floor(head / heads) * kvHeads + Math.floor((head % heads) / 2);
      return new Array<number>(sizes[kvHead * stride + (i % stride)]).fill(weight);
    });
    expect([...new Float32Array(thresholds)]).toEqual([5, keepThreshold(keys, percent)]);
  });

  it('is below all weights where there are no keys', async () => {
    const { thresholds } = await runKernel(QUANTILE, {
      constants: {
        LAYERS: 1,
        HEADS: 1,
        KV_HEADS: 1,
        CLUSTER_STRIDE: 64,
        LEVEL: 0,
        KEEP_PERCENT: 10,
      },
      inputs: {
        weights: new Float32Array(64),
        sizes: new Uint32Array(64),
        thresholds: Float32Array.of(5, 5),
      },
      outputs: ['thresholds'],
      workgroups: [1, 1],
    });
    expect([...new Float32Array(thresholds)]).toEqual([-1, 5]);
  });
});

describe('what passes', () => {
  it('are the clusters in coarse clusters above the coarse threshold', async () => {
    const sizes = Uint32Array.from({ length: 2 * 8 }, () => 1 + below(9));
    const parents = Uint32Array.from({ length: 2 * 8 }, () => below(3));
    const coarse = Float32Array.from({ length: 4 * 5 }, () => below(3) / 4);
    const { surviving } = await runKernel(SURVIVORS, {
      constants: { HEADS: 4, KV_HEADS: 2, CLUSTER_STRIDE: 8, COARSE_STRIDE: 5 },
      inputs: {
        coarse_weights: coarse,
        thresholds: Float32Array.of(0.9, 0.25),
        parents,
        sizes,
        extents: Uint32Array.of(9, 7, 9, 9, 2, 9),
        surviving: new Uint32Array(4 * 8).fill(77),
      },
      outputs: ['surviving'],
      workgroups: [1, 4],
    });
    const expected = Array.from({ length: 32 }, (_, i) => {
      const [head, cluster] = [i >> 3, i & 7];
      const at = (head >> 1) * 8 + cluster;
      if (cluster >= [7, 2][head >> 1]) return 77;
      return coarse[head * 5 + parents[at]] > 0.25 ? sizes[at] : 0;
    });
    expect([...new Uint32Array(surviving)]).toEqual(expected);
  });

  it('gives each slot of the prefix the weight of its cluster, and forces the rest', async () => {
    const kvHeads = [{ slots: 100 }, { slots: 20 }];
    const step = testStep({ heads: 4, kvHeads, headDim: 4 }, next);
    const labels = Uint32Array.from({ length: 2 * 90 }, () => below(6));
    const weights = random(4 * 6);
    const result = await runKernel(SLOT_WEIGHTS, {
      constants: { ...step.constants, CLUSTER_STRIDE: 6, ITEM_STRIDE: 90, VALUE_STRIDE: 110 },
      frame: step.cache.frame,
      cacheTable: step.cache.cacheTable,
      inputs: {
        layer: layerUniform(1),
        weights,
        thresholds: Float32Array.of(0.125, 9),
        labels,
        extents: Uint32Array.of(77, 6, 6, 0, 0, 0),
        values: new Float32Array(4 * 110).fill(EXCLUDED),
        sizes: new Uint32Array(8),
      },
      outputs: ['values', 'sizes'],
      workgroups: [2, 4],
    });
    const expected = Float32Array.from({ length: 4 * 110 }, (_, i) => {
      const [head, slot] = [Math.floor(i / 110), i % 110];
      if (slot > kvHeads[head >> 1].slots) return EXCLUDED;
      const inside = head < 2 && slot < 77;
      return inside ? weights[head * 6 + labels[slot]] : FORCED;
    });
    expect(new Float32Array(result.values)).toEqual(expected);
    const [bits] = new Uint32Array(Float32Array.of(0.125).buffer);
    expect([...new Uint32Array(result.sizes)]).toEqual([101, bits, 101, bits, 21, bits, 21, bits]);
  });
});
