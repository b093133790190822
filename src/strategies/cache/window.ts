import type { CachePolicy } from '../../engine/strategy';
import { type Entry, numberValue } from '../schema';
import type { CacheCost } from './keep-all';

export const window: Entry<CachePolicy, CacheCost> = {
  id: 'window',
  title: 'Window',
  summary:
    'Only the newest entries stay; each token sees itself and the tokens just before it. Anything older is gone, whatever it said.',
  formula: 'kept(t) = {t − w + 1, …, t}',
  tryThis: 'Put the needle outside the window and run: the answer can no longer be copied.',
  paper: {
    title: 'Longformer: The Long-Document Transformer',
    authors: 'Beltagy, Peters, Cohan',
    year: 2020,
    arxiv: '2004.05150',
  },
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
  build: (values) => ({ sinks: 0, recent: numberValue(values, 'recent'), positions: 'original' }),
};
