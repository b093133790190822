import type { CachePolicy } from '../../engine/strategy';
import { type Entry, numberValue, type ParameterValues } from '../schema';
import { tokenCount } from '../token-count';
import type { CacheCost } from './keep-all';
import { PROTOCOL, protocolOf } from './parameters';
import { ranked } from './ranked';

/** The sum runs over the query heads that share a KV head; the paper has one for each. */
export const h2o: Entry<CachePolicy, CacheCost> = {
  id: 'h2o',
  title: 'H2O (heavy hitters)',
  summary:
    'Each head keeps the entries that collected the most attention so far, and the newest ones; weights are summed over the query heads that share a KV head. A few tokens get most of the weight, but early ones have had more queries to collect it from.',
  formula: 'kept(t) = top-h of Σ_{q ≤ t} A[q, j]  ∪  {t − w + 1, …, t}',
  leaving: 'The budget was full, and the entry had collected the least attention.',
  scoreMeaning:
    'attention weight it got so far, summed over all queries and the query heads of the KV head',
  tryThis:
    'Put the needle late in the text, then early: what is late has had fewer queries to be noticed by, and leaves first.',
  paper: {
    title: 'H2O: Heavy-Hitter Oracle for Efficient Generative Inference of Large Language Models',
    authors: 'Zhang, Sheng, Zhou, Chen, Zheng, Cai, Song, Tian, Ré, Barrett, Wang, Chen',
    year: 2023,
    arxiv: '2306.14048',
  },
  traits: ['watches-weights', 'watches-each-token', 'evicts-each-token'],
  presets: [{ id: 'h2o', title: 'H2O', family: 'Cache eviction' }],
  parameters: [
    tokenCount('heavy', 'Heavy hitters', 64, 'How many entries stay for the weight they got.', 0),
    tokenCount('recent', 'Recent entries', 64, 'How many of the newest entries always stay.'),
    PROTOCOL,
  ],
  cost: (length, values) => ({ slotsHeld: Math.min(length, budgetOf(values)) }),
  build: (values) =>
    ranked({
      budget: budgetOf(values),
      recent: numberValue(values, 'recent'),
      decay: 1,
      layerShared: false,
      compressAfter: protocolOf(values),
    }),
};

function budgetOf(values: ParameterValues): number {
  return numberValue(values, 'heavy') + numberValue(values, 'recent');
}
