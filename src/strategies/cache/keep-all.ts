import { type CachePolicy, NO_WINDOW } from '../../engine/strategy';
import type { Entry } from '../schema';

/** Entries that a cache policy holds per layer and KV head once the prompt is read. */
export interface CacheCost {
  slotsHeld: number;
  /** Of these, entries that are held as codes, and the bits that one of their numbers takes, scales included. */
  coded?: number;
  codedBits?: number;
}

export const keepAll: Entry<CachePolicy, CacheCost> = {
  id: 'keep-all',
  title: 'Keep all',
  summary:
    'Every key and value stays for the whole run. Memory grows with each token, and nothing is ever forgotten.',
  formula: 'kept(t) = {0, …, t}',
  tryThis: 'Watch the meter: each token of the text costs the same number of bytes, needle or not.',
  paper: null,
  parameters: [],
  cost: (length) => ({ slotsHeld: length }),
  build: () => ({ positions: 'original', windowOf: () => NO_WINDOW }),
};
