import type { DecodeSelection } from '../../engine/strategy';
import type { Entry } from '../schema';

/** Cache entries that one decode step reads for one head, before the cache policy's own limit. */
export interface DecodeCost {
  slotsRead: number;
}

export const all: Entry<DecodeSelection, DecodeCost> = {
  id: 'all',
  title: 'All kept entries',
  summary:
    'Each new token reads every entry that the cache holds. The time of a step then grows with the cache.',
  formula: 'o = softmax(qKᵀ/√d) V over all kept slots',
  tryThis:
    'Watch the time per token grow with the length under “keep all”, and stay flat under a window.',
  paper: null,
  parameters: [],
  cost: (length) => ({ slotsRead: length }),
  build: () => ({}),
};
