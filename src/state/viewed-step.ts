import { type PageState, processedTokens } from './page-store';
import type { Selection } from './setup-url';

/**
 * Position of the row at whose time panels show the run: the scrubbed one, or else the newest that the model
 * has read. null: nothing was read yet.
 */
export function viewedStep({ run, selection: { step } }: PageState): number | null {
  const newest = processedTokens(run) - 1;
  if (newest < 0) return null;
  return step === null ? newest : Math.min(step, newest);
}

/**
 * What to select to look at the run as a row saw it; the row becomes the query too. The newest row is now: it
 * stays the newest when others follow.
 */
export function rowSelected({ run }: PageState, row: number): Partial<Selection> {
  const newest = processedTokens(run) - 1;
  if (newest < 0) return {};
  const step = Math.min(newest, Math.max(0, row));
  return step === newest ? { step: null } : { step, query: step };
}
