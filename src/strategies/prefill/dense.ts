import type { PrefillPattern } from '../../engine/strategy';
import type { Entry } from '../schema';

/** Pairs of (query, key) that a prefill pattern computes for one head. */
export interface PrefillCost {
  attendedPairs: number;
}

export const dense: Entry<PrefillPattern, PrefillCost> = {
  id: 'dense',
  title: 'Dense',
  summary:
    'Every query is compared with every earlier key that the cache still holds. Nothing is skipped, so this is the yardstick for all other patterns.',
  formula: 'A = softmax(QKᵀ/√d + causal mask)',
  tryThis: 'Run it first: if the model fails here, no strategy can be blamed.',
  paper: {
    title: 'Attention Is All You Need',
    authors: 'Vaswani et al.',
    year: 2017,
    arxiv: '1706.03762',
  },
  presets: [
    {
      id: 'dense',
      title: 'Dense',
      family: 'Yardstick',
      summary:
        'Full attention over a cache that keeps everything. It is the yardstick for accuracy, memory and time.',
    },
  ],
  parameters: [],
  cost: (length) => ({ attendedPairs: (length * (length + 1)) / 2 }),
  build: () => ({ parts: [] }),
};
