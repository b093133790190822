import type { CachePolicy } from '../../engine/strategy';
import { type Entry, numberValue } from '../schema';
import { tokenCount } from '../token-count';
import type { CacheCost } from './keep-all';
import { PROTOCOL, protocolOf } from './parameters';
import { ranked } from './ranked';

export const tova: Entry<CachePolicy, CacheCost> = {
  id: 'tova',
  title: 'TOVA',
  summary:
    'What the newest query attends to least leaves, by the mean over all heads of the layer, which share one list; the newest entry competes like any other. The cache is then a state of fixed size, as in a recurrent network.',
  formula: 'scoreⱼ = mean over heads of A[t, j];  kept(t) = top-B by score',
  leaving: 'The budget was full, and the newest query gave the entry the least attention.',
  scoreMeaning: 'attention weight from the newest query, mean over the layer’s query heads',
  tryThis:
    'Follow the first token: it stays though nothing protects it. A needle that one query ignores is gone for good.',
  paper: {
    title: 'Transformers are Multi-State RNNs',
    authors: 'Oren, Hassid, Yarden, Adi, Schwartz',
    year: 2024,
    arxiv: '2401.06104',
  },
  traits: ['watches-weights', 'watches-each-token', 'evicts-each-token'],
  presets: [{ id: 'tova', title: 'TOVA', family: 'Cache eviction' }],
  parameters: [tokenCount('budget', 'Budget', 128, 'How many entries a head holds.'), PROTOCOL],
  cost: (length, values) => ({ slotsHeld: Math.min(length, numberValue(values, 'budget')) }),
  build: (values) =>
    ranked({
      budget: numberValue(values, 'budget'),
      recent: 0,
      decay: 0,
      layerShared: true,
      compressAfter: protocolOf(values),
    }),
};
