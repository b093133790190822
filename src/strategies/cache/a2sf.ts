import type { CachePolicy } from '../../engine/strategy';
import { TroubleError } from '../../trouble';
import { type Entry, numberValue } from '../schema';
import { tokenCount } from '../token-count';
import type { CacheCost } from './keep-all';
import { PROTOCOL, protocolOf } from './parameters';
import { ranked } from './ranked';

export const a2sf: Entry<CachePolicy, CacheCost> = {
  id: 'a2sf',
  title: 'A2SF (forgetting factor)',
  summary:
    'As H2O, but what an entry collected is worth less with every query that follows. So early tokens lose the head start of having been seen by more queries.',
  formula:
    'scoreⱼ ← λ · scoreⱼ + A[t, j];  kept(t) = top-(B − w) by score ∪ {t − w + 1, …, t};  memory ≈ 1/(1 − λ) queries',
  leaving:
    'The budget was full, and the entry had the least attention left of what it once collected.',
  scoreMeaning:
    'attention weight it got so far, each query’s worth λ times less one query later, summed over the query heads of the KV head',
  tryThis:
    'Compare the kept positions at λ = 1, which is H2O, with those at 0.95: they move towards the end of the text.',
  paper: {
    title:
      'A2SF: Accumulative Attention Scoring with Forgetting Factor for Token Pruning in Transformer Decoder',
    authors: 'Jo, Shin',
    year: 2024,
    arxiv: '2407.20485',
  },
  traits: ['watches-weights', 'watches-each-token', 'evicts-each-token'],
  presets: [{ id: 'a2sf', title: 'A2SF', family: 'Cache eviction' }],
  parameters: [
    tokenCount('budget', 'Budget', 128, 'How many entries a head holds, the recent ones included.'),
    tokenCount('recent', 'Recent entries', 16, 'How many of the newest entries always stay.'),
    {
      kind: 'number',
      name: 'decay',
      title: 'Forgetting factor λ',
      unit: '×',
      min: 0,
      max: 1,
      step: 0.01,
      default: 0.95,
      meaning:
        'Larger remembers weights for longer; 1 never forgets, 0 knows only the newest query.',
    },
    PROTOCOL,
  ],
  cost: (length, values) => ({ slotsHeld: Math.min(length, numberValue(values, 'budget')) }),
  build(values) {
    const budget = numberValue(values, 'budget');
    const recent = numberValue(values, 'recent');
    if (recent > budget) {
      throw new TroubleError(
        'bad-input',
        `A2SF cannot keep the ${recent} newest entries in a budget of ${budget}.`,
        'Make the budget larger or the recent entries fewer.',
      );
    }
    return ranked({
      budget,
      recent,
      decay: numberValue(values, 'decay'),
      layerShared: false,
      compressAfter: protocolOf(values),
    });
  },
};
