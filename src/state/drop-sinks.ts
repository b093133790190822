import { window } from '../strategies/cache/window';
import type { AxisChoice } from '../strategies/registry';
import type { RunResult } from '../worker/protocol';

/** What was there before the first tokens were dropped, to compare with and to go back to. */
export interface SinkDrop {
  /** How many tokens were dropped. */
  count: number;
  /** The cache policy before. */
  cache: AxisChoice;
  /** What was answered before; null where nothing was. */
  before: Pick<RunResult, 'answer' | 'correct'> | null;
}

/**
 * The cache policy under which exactly the first tokens are gone when a prompt has been read: a window that is
 * shorter than the prompt by their number. Each generated token then drops one more.
 * @param promptTokens length of the prompt
 * @param count how many tokens to drop, below that length
 */
export function windowWithout(promptTokens: number, count: number): AxisChoice {
  return { id: window.id, values: { recent: promptTokens - count } };
}
