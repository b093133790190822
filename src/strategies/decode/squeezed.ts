import {
  clusterWeights,
  estimateWeights,
  keepThreshold,
  slotWeights,
  survivingSizes,
} from '../../engine/primitives/cluster-weights';
import { type Clusters, Prefix } from '../../engine/primitives/clusters';
import { KeptQueries } from '../../engine/primitives/kept-queries';
import { selectList } from '../../engine/primitives/list-work';
import type { DecodeSelection } from '../../engine/strategy';
import { TroubleError } from '../../trouble';
import { type Entry, type NumberParameter, numberValue } from '../schema';
import type { DecodeCost } from './all';

/** Percent of the keys that pass the coarse level, unless more are to be kept in the end. */
const COARSE_KEEP = 50;

/** Query heads that share a KV head share its clusters, and read for themselves. */
export const squeezed: Entry<DecodeSelection, DecodeCost> = {
  id: 'squeezed',
  title: 'Squeezed Attention (clusters)',
  summary:
    'The prompt’s keys are clustered once; a token is compared with the centroids and reads the keys of those clusters whose estimated weight lies above one threshold for all heads. Heads with a clear aim read little, others much.',
  formula:
    'S_c = exp(q·C_c/√d) / Σ_j n_j exp(q·C_j/√d);  read = keys with S > T ∪ all after the prefix;  T: a quantile over all keys',
  tryThis:
    'Keep a tenth of the keys and look at how many each head still reads. Then make the clusters fewer, until a centroid no longer tells of the needle in it.',
  paper: {
    title: 'Squeezed Attention: Accelerating Long Context Length LLM Inference',
    authors: 'Hooper, Kim, Mohammadzadeh, Maheswaran, Zhao, Paik, Mahoney, Keutzer, Gholami',
    year: 2024,
    arxiv: '2411.09688',
  },
  traits: ['selects', 'remembers-slots'],
  presets: [{ id: 'squeezed-attention', title: 'Squeezed Attention', family: 'Selective decode' }],
  parameters: [
    percent(
      'clusters',
      'Clusters',
      10,
      25,
      'Clusters for every hundred keys; more judge better, and cost more.',
    ),
    percent(
      'keep',
      'Keys kept',
      30,
      100,
      'Keys that pass the threshold, by the prompt’s last queries; more read more.',
    ),
    {
      kind: 'integer',
      name: 'queries',
      title: 'Last queries',
      unit: 'tokens',
      min: 1,
      max: 512,
      step: 1,
      default: 32,
      meaning: 'Tokens at the end of the prompt that set the threshold, and are always read.',
    },
    {
      kind: 'choice',
      name: 'levels',
      title: 'Levels',
      unit: '',
      options: [
        { value: '1', title: 'clusters' },
        { value: '2', title: 'clusters of clusters first' },
      ],
      default: '1',
      meaning:
        'Whether half of the keys are dropped by coarser clusters before the fine ones are asked.',
    },
    percent(
      'coarse',
      'Coarse clusters',
      2,
      25,
      'Coarse clusters for every hundred keys; used with two levels.',
    ),
  ],
  // How many keys of a later query lie above the threshold is not bounded.
  cost: (length) => ({ slotsRead: length }),
  build(values) {
    const [fine, coarse, keep, queries] = ['clusters', 'coarse', 'keep', 'queries'].map((name) =>
      numberValue(values, name),
    );
    const twoLevels = values.levels === '2';
    if (twoLevels && coarse >= fine) {
      throw new TroubleError(
        'bad-input',
        `Squeezed Attention: coarse must be below clusters, found ${coarse} % and ${fine} %.`,
        'Coarse clusters are clusters of the fine ones. Use fewer, or one level.',
      );
    }
    return {
      async prepare(bench) {
        const { heads, layers } = bench.config;
        const { length } = bench.parts;
        const thresholds = bench.storage('thresholds', 8);
        const asked = Math.min(queries, length);
        const [kept, prefix, list] = await Promise.all([
          KeptQueries.create(bench, asked),
          Prefix.create(bench, length - queries, [fine, coarse]),
          bench.readList('slots to read', bench.capacity, 1, 1),
        ]);
        const lastQueries = { queries: (layer: number) => kept.buffers[layer], count: asked };
        const newQuery = { queries: () => bench.named.qkv, count: 1 };

        /** Clusters of one level, their threshold, and how a token's weights are estimated. */
        const level = async (below: Clusters | null, keepPercent: number) => {
          const clusters = await prefix.clusters(below);
          const weights = clusterWeights(bench, clusters);
          const [estimate, threshold] = await Promise.all([
            estimateWeights(bench, prefix, clusters, weights, lastQueries),
            keepThreshold(bench, clusters, weights, keepPercent, thresholds),
          ]);
          return { clusters, weights, estimate, threshold };
        };
        const first = await level(null, keep);
        const second = twoLevels ? await level(first.clusters, Math.max(keep, COARSE_KEEP)) : null;
        const levels = second ? [first, second] : [first];
        const passing = second && {
          estimate: await estimateWeights(bench, prefix, second.clusters, second.weights, newQuery),
          ...(await survivingSizes(
            bench,
            prefix,
            first.clusters,
            second.clusters,
            second.weights,
            thresholds,
          )),
        };
        const estimate = await estimateWeights(bench, prefix, first.clusters, first.weights, {
          ...newQuery,
          sizes: passing?.sizes,
        });
        const rows = await slotWeights(bench, prefix, first.clusters, first.weights, thresholds);
        const choose = await selectList(bench, 'threshold', rows, list);
        return {
          observePrompt: (recorder, layer) => kept.record(recorder, layer),
          promptRead(recorder) {
            for (let layer = 0; layer < layers; layer++) {
              prefix.record(recorder, layer);
              for (const { clusters, estimate: ask } of levels) {
                clusters.record(recorder, layer);
                ask(recorder, layer);
              }
            }
            for (const { threshold } of levels) recorder.run(threshold, 1);
          },
          select(recorder, layer) {
            passing?.estimate(recorder, layer);
            passing?.record(recorder, layer);
            estimate(recorder, layer);
            rows.record(recorder, layer);
            recorder.run(choose, heads);
            return list;
          },
        };
      },
    };
  },
};

function percent(
  name: string,
  title: string,
  standard: number,
  max: number,
  meaning: string,
): NumberParameter {
  const unit = '%';
  return { kind: 'integer', name, title, unit, min: 1, max, step: 1, default: standard, meaning };
}
