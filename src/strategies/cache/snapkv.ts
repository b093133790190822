import { Eviction } from '../../engine/primitives/eviction';
import { type CachePolicy, NO_WINDOW } from '../../engine/strategy';
import { type Entry, numberValue } from '../schema';
import { tokenCount } from '../token-count';
import type { CacheCost } from './keep-all';
import { OBSERVATION_PARAMETERS, observationOf, watchWindow } from './observation-window';

export const snapKv: Entry<CachePolicy, CacheCost> = {
  id: 'snapkv',
  title: 'SnapKV',
  summary:
    'Once, at the end of reading, the last queries choose head by head which earlier entries stay; what follows is kept beside the budget. The end of a prompt already knows what the answer will need, if the question stands there.',
  formula:
    'scoreⱼ = pool_κ(Σ_{q in window} mean over the group of A[q, j]);  kept = top-(B − w) ∪ window',
  leaving:
    'The budget was shared out when reading ended, and the last queries had looked more at other entries.',
  scoreMeaning:
    'attention weight from the queries of the observation window, summed over them, mean over the query heads of the KV head, pooled over neighbours',
  tryThis:
    'Compress after the whole prompt, then before the question: with the same budget the needle stays, then it is lost.',
  paper: {
    title: 'SnapKV: LLM Knows What You are Looking for Before Generation',
    authors: 'Li, Huang, Yang, Venkitesh, Locatelli, Ye, Cai, Lewis, Chen',
    year: 2024,
    arxiv: '2404.14469',
  },
  traits: ['watches-weights'],
  presets: [{ id: 'snapkv', title: 'SnapKV', family: 'Cache eviction' }],
  parameters: [
    tokenCount(
      'budget',
      'Budget',
      128,
      'How many entries a head keeps of what was read, the window included.',
    ),
    ...OBSERVATION_PARAMETERS,
  ],
  cost: (length, values) => ({ slotsHeld: Math.min(length, numberValue(values, 'budget')) }),
  build(values) {
    const { budget, window, compressAfter, ranking } = observationOf('SnapKV', values);
    return {
      positions: 'original',
      windowOf: () => NO_WINDOW,
      compressAfter,
      async prepare(bench) {
        const budgets = new Uint32Array(bench.cache.heads).fill(budget);
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
