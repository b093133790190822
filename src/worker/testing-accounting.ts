import type { Accounting } from './run-types';

/** What tests say that a run did: a prompt was read, nothing written yet, but for the changes. */
export function accountingOf(changes: Partial<Accounting>): Accounting {
  return {
    pairs: 15,
    causalPairs: 15,
    density: 1,
    steps: 0,
    entriesPerStep: 0,
    bytesPerStep: 0,
    traffic: {
      prefill: { dispatches: 0, bytesReadBack: 0 },
      decode: { dispatches: 0, bytesReadBack: 0 },
    },
    bytesLookedUp: 0,
    ...changes,
  };
}
