/** What streaming perplexity takes and gives. */
import type { PassageSpec } from '../needle/passage';
import type { Calibration } from '../strategies/calibration';
import type { StrategyChoice } from '../strategies/registry';
import type { Trouble } from '../trouble';

export interface PerplexityRequest {
  text: PassageSpec | { ids: number[] };
  /** Tokens that are read at once as the prompt; all others follow one by one. */
  prompt: number;
  strategies: StrategyChoice[];
  calibration?: Calibration | null;
}

/** The tokens that all strategies are given. */
export interface PerplexityText {
  tokens: number;
  prompt: number;
}

/** What more is known about one of the strategies. */
export interface PerplexityPiece {
  /** Its place in the request. */
  strategy: number;
  /** Position of the first of the tokens below. */
  from: number;
  /** −ln p of each token given those before it, in nats; not a number for the first token of the text. */
  surprisals: Float32Array;
  /** Position of the first token that was read while an earlier one was missing in some head; null: none yet. */
  firstEviction: number | null;
  /** Bytes of the cache now. */
  kvBytes: number;
  /** Time so far. */
  ms: number;
}

export type PerplexityEvent =
  | ({ part: 'text' } & PerplexityText)
  | ({ part: 'piece' } & PerplexityPiece);

/** One strategy over the whole text, or as much of it as was read. */
export interface PerplexityRun extends Omit<PerplexityPiece, 'from' | 'strategy'> {
  strategy: StrategyChoice;
  /** Tokens read. */
  read: number;
  /** Why it ended before the end of the text; null: it did not, or was stopped. */
  trouble: Trouble | null;
}

export interface PerplexityResult extends PerplexityText {
  adapter: string;
  model: string;
  /** Those that were begun. */
  runs: PerplexityRun[];
  stopped: boolean;
}
