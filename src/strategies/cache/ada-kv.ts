import { JointEviction } from '../../engine/primitives/joint-eviction';
import { type CachePolicy, NO_WINDOW } from '../../engine/strategy';
import { type Entry, numberValue } from '../schema';
import { tokenCount } from '../token-count';
import type { CacheCost } from './keep-all';
import { OBSERVATION_PARAMETERS, observationOf, watchWindow } from './observation-window';

/** The safeguard is that of NVIDIA's kvpress: every head's best entries are in beforehand. */
export const adaKv: Entry<CachePolicy, CacheCost> = {
  id: 'ada-kv',
  title: 'Ada-KV',
  summary:
    'SnapKV’s scores, but the heads of a layer share one budget, and the best entries of all of them stay; a floor keeps every head alive. Heads that spread their attention get more room than heads that look at few places.',
  formula:
    'kept = window ∪ best ⌊φ(B − w)⌋ of each head ∪ best of the layer, G · (B − w) in all;  G KV heads',
  leaving:
    'The layer’s budget was shared out when reading ended, and the last queries had looked more at other entries of this and the other KV heads.',
  scoreMeaning:
    'attention weight from the queries of the observation window, summed over them, mean over the query heads of the KV head, pooled over neighbours',
  tryThis:
    'Compare the cache panel with SnapKV’s at the same budget: the same memory, but bars of different heights. A floor of 1 is SnapKV.',
  paper: {
    title:
      'Ada-KV: Optimizing KV Cache Eviction by Adaptive Budget Allocation for Efficient LLM Inference',
    authors: 'Feng, Lv, Cao, Xie, Zhou',
    year: 2024,
    arxiv: '2407.11550',
  },
  traits: ['watches-weights'],
  presets: [{ id: 'ada-kv', title: 'Ada-KV', family: 'Cache eviction' }],
  parameters: [
    tokenCount(
      'budget',
      'Mean budget',
      128,
      'How many entries a head keeps of what was read, as a mean over the layer, the window included.',
    ),
    {
      kind: 'number',
      name: 'floor',
      title: 'Floor φ',
      unit: '×',
      min: 0,
      max: 1,
      step: 0.05,
      default: 0.2,
      meaning: 'Larger leaves each head more of its own budget; 1 shares nothing.',
    },
    ...OBSERVATION_PARAMETERS,
  ],
  cost: (length, values) => ({ slotsHeld: Math.min(length, numberValue(values, 'budget')) }),
  build(values) {
    const { budget, window, compressAfter, ranking } = observationOf('Ada-KV', values);
    const safe = window + Math.floor(numberValue(values, 'floor') * (budget - window));
    return {
      positions: 'original',
      windowOf: () => NO_WINDOW,
      compressAfter,
      async prepare(bench) {
        const [watched, eviction] = await Promise.all([
          watchWindow(bench, window),
          JointEviction.create(bench, { ...ranking, budget, safe }),
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
