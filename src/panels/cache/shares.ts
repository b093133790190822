import type { Accounting, CacheSnapshot, ModelInfo } from '../../worker/protocol';

/** Something that a run did, beside what dense attention would have done. */
export interface Share {
  used: number;
  dense: number;
}

/** Bytes of the cache in whatever form: pages, and what a policy holds beside them. */
export function heldBytes({ pagesHeld, pageBytes, besideBytes }: CacheSnapshot): number {
  return pagesHeld * pageBytes + besideBytes;
}

/** Entries that one query head reads in a decode step, mean over the steps; null before the first one. */
export function entriesReadAStep(
  { steps, entriesPerStep }: Accounting,
  promptTokens: number,
): Share | null {
  if (steps === 0) return null;
  // Dense attention reads all entries before and the step's own: one more at every step.
  return { used: entriesPerStep, dense: promptTokens + (steps + 1) / 2 };
}

/** Bytes of keys and values that all query heads read in a decode step; null before the first one. */
export function bytesReadAStep(
  accounting: Accounting,
  promptTokens: number,
  {
    layers,
    heads,
    headDim,
    precision,
  }: Pick<ModelInfo, 'layers' | 'heads' | 'headDim' | 'precision'>,
): Share | null {
  const entries = entriesReadAStep(accounting, promptTokens);
  if (!entries) return null;
  const entryBytes = 2 * headDim * (precision === 'f16' ? 2 : 4);
  return { used: accounting.bytesPerStep, dense: entries.dense * layers * heads * entryBytes };
}
