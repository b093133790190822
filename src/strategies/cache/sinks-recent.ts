import type { CachePolicy } from '../../engine/strategy';
import { type Entry, numberValue } from '../schema';
import type { CacheCost } from './keep-all';

/**
 * StreamingLLM. Entries leave before the new token attends, so that a step never sees more than
 * sinks + recent entries; the authors' evaluation script evicts after the step and so sees one more.
 */
export const sinksRecent: Entry<CachePolicy, CacheCost> = {
  id: 'sinks-recent',
  title: 'Sinks + recent',
  summary:
    'The first few tokens and the newest ones stay, everything between is evicted, and positions are counted inside the cache. Fluency can go on for ever in constant memory, but what was evicted cannot be recalled.',
  formula: 'kept(t) = {0, …, s − 1} ∪ {t − w + 1, …, t};  position = index among the kept',
  leaving: 'It is no sink, and it fell out of the window of the newest entries.',
  tryThis:
    'Find a needle with “keep all”, then switch to this: the text is still fluent, the needle is lost.',
  paper: {
    title: 'Efficient Streaming Language Models with Attention Sinks',
    authors: 'Xiao, Tian, Chen, Han, Lewis',
    year: 2023,
    arxiv: '2309.17453',
  },
  traits: ['evicts-while-reading', 'reindexes'],
  presets: [
    {
      id: 'streaming-llm',
      title: 'StreamingLLM',
      family: 'Cache eviction',
      summary:
        'A few sink tokens and the newest ones stay, and positions count inside the cache. The text stays fluent for ever in constant memory; what was evicted cannot be recalled.',
    },
  ],
  parameters: [
    {
      kind: 'integer',
      name: 'sinks',
      title: 'Sinks',
      unit: 'tokens',
      min: 0,
      max: 1024,
      step: 1,
      default: 4,
      meaning: 'How many tokens at the very start always stay.',
    },
    {
      kind: 'integer',
      name: 'recent',
      title: 'Recent entries',
      unit: 'tokens',
      min: 1,
      max: 131072,
      step: 1,
      default: 124,
      meaning: 'How many of the newest tokens stay, the current one included.',
    },
  ],
  cost: (length, values) => ({
    slotsHeld: Math.min(length, numberValue(values, 'sinks') + numberValue(values, 'recent')),
  }),
  build: (values) => ({
    positions: 'reindexed',
    windowOf: () => ({
      sinks: numberValue(values, 'sinks'),
      recent: numberValue(values, 'recent'),
    }),
  }),
};
