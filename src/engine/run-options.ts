import type { PromptParts, Strategy } from './strategy';

/** How the next token is drawn; temperature 0 is greedy, topK 0 and topP 1 keep all. */
export interface SamplingOptions {
  temperature: number;
  topK: number;
  topP: number;
  seed: number;
}

export interface RunOptions {
  ids: ArrayLike<number>;
  /** Where question and documents begin; without it, all is context and nothing is a document. */
  parts?: Omit<PromptParts, 'length'>;
  strategy: Strategy;
  sampling: SamplingOptions;
  maxTokens: number;
  inspect: boolean;
  /** Keep the logits that generated tokens are drawn from. */
  keepLogits?: boolean;
  /** Measure the surprisal of every token. */
  surprisal?: boolean;
  /** What the GPU's time is split into, where the adapter can tell. */
  timed?: 'stages' | 'kernels' | null;
  /** Tokens of a chunk, fixed; without it the strategy or the adapter's speed decides. */
  chunk?: number;
}
