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
  parameters: [],
  cost: (length) => ({ attendedPairs: (length * (length + 1)) / 2 }),
  build: () => ({ record: (passes, layer) => passes.denseChunk(layer) }),
};
