import type { CachePolicy } from '../../engine/strategy';
import { type Entry, numberValue } from '../schema';
import type { CacheCost } from './keep-all';

export const window: Entry<CachePolicy, CacheCost> = {
  id: 'window',
  title: 'Window',
  summary:
    'Only the newest entries stay; each token sees itself and the tokens just before it. Anything older is gone, whatever it said.',
  formula: 'kept(t) = {t − w + 1, …, t}',
  leaving: 'It fell out of the window of the newest entries.',
  tryThis: 'Put the needle outside the window and run: the answer can no longer be copied.',
  paper: {
    title: 'Longformer: The Long-Document Transformer',
    authors: 'Beltagy, Peters, Cohan',
    year: 2020,
    arxiv: '2004.05150',
  },
  traits: ['evicts-while-reading'],
  presets: [
    {
      id: 'window',
      title: 'Window attention',
      family: 'Cache eviction',
      summary:
        'Only the newest tokens stay in the cache, at their places in the text. Memory is constant, but the first tokens, where heads park their weight, are lost with the rest.',
    },
  ],
  parameters: [
    {
      kind: 'integer',
      name: 'recent',
      title: 'Recent entries',
      unit: 'tokens',
      min: 1,
      max: 131072,
      step: 1,
      default: 128,
      meaning: 'How many of the newest tokens stay, the current one included.',
    },
  ],
  cost: (length, values) => ({ slotsHeld: Math.min(length, numberValue(values, 'recent')) }),
  build: (values) => ({
    positions: 'original',
    windowOf: () => ({ sinks: 0, recent: numberValue(values, 'recent') }),
  }),
};
