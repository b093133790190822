import { Eviction } from '../../engine/primitives/eviction';
import { type CachePolicy, compressionPoint, NO_WINDOW } from '../../engine/strategy';
import { type Entry, numberValue } from '../schema';
import { tokenCount } from '../token-count';
import type { CacheCost } from './keep-all';
import {
  OBSERVATION_PARAMETERS,
  type Observation,
  observationOf,
  watchWindow,
} from './observation-window';

export const pyramidKv: Entry<CachePolicy, CacheCost> = {
  id: 'pyramidkv',
  title: 'PyramidKV',
  summary:
    'SnapKV with budgets that fall linearly from the first layer to the last. Low layers spread their attention over the text, high ones gather it in few places, so the same memory is shared out where it is needed.',
  formula:
    'b_l = b_max − l · ⌊(b_max − b_min)/(L − 1)⌋,  b_min = ⌊(B − w)/β⌋,  b_max = 2(B − w) − b_min;  kept = top-b_l ∪ window',
  leaving:
    'The layer’s budget was shared out when reading ended, and the last queries had looked more at other entries.',
  scoreMeaning:
    'attention weight from the queries of the observation window, summed over them, mean over the query heads of the KV head, pooled over neighbours',
  tryThis:
    'Take a small budget and compare with SnapKV; then raise β and watch the last layers of the cache panel get thin.',
  paper: {
    title: 'PyramidKV: Dynamic KV Cache Compression based on Pyramidal Information Funneling',
    authors: 'Cai, Zhang, Gao, Liu, Li, Liu, Lu, Xiong, Dong, Hu, Xiao',
    year: 2024,
    arxiv: '2406.02069',
  },
  traits: ['watches-weights'],
  presets: [{ id: 'pyramidkv', title: 'PyramidKV', family: 'Cache eviction' }],
  parameters: [
    tokenCount(
      'budget',
      'Mean budget',
      128,
      'How many entries a head keeps of what was read, as a mean over the layers, the window included.',
    ),
    {
      kind: 'number',
      name: 'beta',
      title: 'Steepness β',
      unit: '×',
      min: 1,
      max: 100,
      step: 1,
      default: 20,
      meaning: 'Larger gives the last layer less: 1/β of the mean. 1 makes all layers equal.',
    },
    ...OBSERVATION_PARAMETERS,
  ],
  // The step between layers is rounded down, so that the mean may come out that much above the budget.
  cost: (length, values, model) => ({
    slotsHeld: Math.min(length, numberValue(values, 'budget') + ((model?.layers ?? 1) - 1) / 2),
  }),
  build(values) {
    const observation = observationOf('PyramidKV', values);
    const { window, compressAfter, ranking } = observation;
    return {
      positions: 'original',
      windowOf: () => NO_WINDOW,
      compressAfter,
      async prepare(bench) {
        const { layers, kvHeads } = bench.config;
        const length = compressionPoint(bench.strategy.cache, bench.parts);
        const perLayer = pyramidBudgets(observation, numberValue(values, 'beta'), layers, length);
        const budgets = Uint32Array.from(
          { length: layers * kvHeads },
          (_, head) => perLayer[Math.floor(head / kvHeads)] + window,
        );
        const [watched, eviction] = await Promise.all([
          watchWindow(bench, window),
          Eviction.create(bench, { ...ranking, budgets }),
        ]);
        return {
          ...watched,
          compress: (recorder) => eviction.record(recorder),
          slotsLeft: (held) => eviction.left(held),
        };
      },
    };
  },
};

/** Entries before the window that the heads of each layer keep of `length` that were read. */
export function pyramidBudgets(
  { budget, window }: Pick<Observation, 'budget' | 'window'>,
  beta: number,
  layers: number,
  length: number,
): number[] {
  const mean = budget - window;
  if (length < 2 * mean || length <= budget || layers === 1) return Array(layers).fill(mean);
  // What the first layer cannot use goes to the last.
  const highest = Math.min(2 * mean - Math.floor(mean / beta), length - window);
  const lowest = 2 * mean - highest;
  const step = Math.floor((highest - lowest) / (layers - 1));
  return Array.from({ length: layers }, (_, layer) => highest - layer * step);
}
