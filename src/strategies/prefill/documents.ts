import type { PrefillPattern } from '../../engine/strategy';
import type { Entry } from '../schema';
import type { PrefillCost } from './dense';
import { allPairs } from './pair-bounds';
import { EVERY_KEY, rowsPattern } from './row-ranges';

export const documents: Entry<PrefillPattern, PrefillCost> = {
  id: 'documents',
  title: 'Document blocks',
  summary:
    'A document sees the instruction before the first one and itself; only the question sees all documents. Work grows with the number of documents instead of its square, in a model that was not trained for it; tokens keep their places in the text, where the authors let each document start right after the instruction.',
  formula:
    'pairs = {(i, j): j ≤ i and (j < d₁ or j ≥ d(i) or i in the question)},  d(i) = start of i’s document',
  tryThis:
    'Ask about a fact that stands in one document, then about one that two documents only give together.',
  paper: {
    title: 'Scalable In-context Ranking with Generative Models',
    authors: 'Gupta, You, Bhojanapalli et al.',
    year: 2025,
    arxiv: '2510.05396',
  },
  traits: ['plans'],
  presets: [{ id: 'blockrank', title: 'BlockRank', family: 'Sparse prefill' }],
  parameters: [],
  // How documents divide the prompt is not known here: at most everything is computed.
  cost: (length) => ({ attendedPairs: allPairs(length) }),
  build: () =>
    rowsPattern((query, { documents: starts, context }) => {
      const own = starts.findLast((start) => start <= query);
      if (own === undefined || query >= context) return EVERY_KEY;
      return { below: starts[0], from: own };
    }),
};
