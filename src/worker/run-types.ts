/** What is said about a run: what is asked for, how it goes on, what came of it. */
import type { PromptSpec } from '../needle/prompt-spec';
import type { Calibration } from '../strategies/calibration';
import type { StrategyChoice } from '../strategies/registry';
import type { Traffic } from './bench-types';

/** How the next token is drawn. Temperature 0 is greedy. */
export interface Sampling {
  temperature: number;
  /** Only the k most likely tokens; 0: all. */
  topK: number;
  /** The smallest set of tokens with at least this probability; 1: all. */
  topP: number;
  seed: number;
}

/** A prompt as token ids, for comparison with other engines. */
export interface PromptIds {
  ids: number[];
  /** Tokens before the question; all where absent. */
  context?: number;
  /** Where the documents of the context begin. */
  documents?: number[];
}

export interface RunRequest {
  prompt: PromptSpec | PromptIds;
  strategy: StrategyChoice;
  /** What was measured on the loaded model, for the entries that need it; absent: nothing. */
  calibration?: Calibration | null;
  sampling: Sampling;
  /** Tokens to generate at most; 0 only reads the prompt. */
  maxTokens: number;
  /** Keep q and un-evicted copies of k, so that exact maps of the past can be drawn. */
  inspect: boolean;
  /** Measure how much of dense attention's weight the computed pairs hold; needs `inspect`. */
  recall?: boolean;
  /** Time selection and attention apart, where the adapter can. */
  timeStages?: boolean;
  /** Measure the surprisal of every token, which costs a language-model head for each token of the prompt. */
  surprisal?: boolean;
  /** What to list position by position in the result; all but `kept` need `inspect`. */
  dump?: DumpPart[];
}

export const DUMP_PARTS = ['kept', 'mask', 'selected'] as const;
export type DumpPart = (typeof DUMP_PARTS)[number];

/** What the strategy kept, computed and read, by layer and head, in positions of the text. */
export interface Dump {
  /** What was read. */
  prompt?: Required<PromptIds>;
  kept?: {
    /** [layer][KV head]: entries held when the prompt was read, and at the end. */
    afterPrompt: number[][][];
    atEnd: number[][][];
  };
  /** mask[layer][head][row of the prompt]: ranges [from, to) of the keys that were computed. */
  mask?: [number, number][][][][];
  /** selected[layer][head][step]: positions that the decode step read. */
  selected?: number[][][][];
}

/** What was computed and read, counted by the kernels and not by formulas. */
export interface Accounting {
  /** Pairs of query and key computed while the prompt was read, in all layers and query heads. */
  pairs: number;
  /** The same under dense attention. */
  causalPairs: number;
  /** pairs ÷ causalPairs */
  density: number;
  /** Decode steps so far. */
  steps: number;
  /** Entries that a query head read in a step, mean over steps, layers and heads. */
  entriesPerStep: number;
  /** Bytes of keys and values read in a step; each query head reads for itself. */
  bytesPerStep: number;
  /** What the run itself asked of the GPU so far. */
  traffic: { prefill: Traffic; decode: Traffic };
  /** Bytes that were copied back from the GPU since the run began, by all but the run: open panels, mainly. */
  bytesLookedUp: number;
}

/** Weight of dense attention that fell on the pairs that were used: 1 is all of it. */
export interface MassRecall {
  /** Means over the rows of the prompt and of the decode steps, [layer][head]. */
  prompt: number[][];
  decode: number[][];
  /** Means over all heads. */
  promptMean: number;
  /** null where no step was made. */
  decodeMean: number | null;
}

/** GPU milliseconds, apart for what selects, what attends, and the rest of the model. */
export type StageMs = Record<'model' | 'selection' | 'attention', number>;

export interface KvBytes {
  /** Most bytes held in pages at any time of the run. */
  peak: number;
  /** Bytes held when the run ended. */
  end: number;
  /** What keeping every entry would have held at the end. */
  dense: number;
}

export type StopReason = 'eos' | 'newline' | 'max-tokens' | 'context-full' | 'stopped';

export interface RunResult {
  model: string;
  adapter: string;
  strategy: StrategyChoice;
  promptTokens: number;
  generated: number[];
  /** The generated text, trimmed; empty without a tokenizer. */
  answer: string;
  expected: string;
  /** null where nothing was expected. */
  correct: boolean | null;
  /** Share of the expected words in the answer; null where nothing was expected. */
  score: number | null;
  stopReason: StopReason;
  kvBytes: KvBytes;
  prefillMs: number;
  decodeMs: number;
  seed: number;
  accounting: Accounting;
  /** null where it was not asked for. */
  recall: MassRecall | null;
  /** null where it was not asked for or the adapter cannot tell. */
  stageMs: { prefill: StageMs; decode: StageMs } | null;
  dump: Dump;
}

/** The cache as it is now: pages really held, not a formula. */
export interface CacheSnapshot {
  /** Tokens processed so far. */
  tokens: number;
  pageSlots: number;
  /** Keys, values and positions of one page. */
  pageBytes: number;
  pagesHeld: number;
  peakPages: number;
  /** Bytes that the policy holds in a form of its own, outside the pages. */
  besideBytes: number;
  /** Pages per layer and KV head, [layers * kvHeads]. */
  pages: Uint32Array;
  /** Entries that the newest query sees, per layer and KV head, [layers * kvHeads]. */
  slots: Uint32Array;
  /** What keeping every entry so far would hold. */
  denseBytes: number;
  /** Bytes of the inspection store: not part of the cache, only there for the maps. */
  inspectionBytes: number;
}

/** How a run goes on. */
export type RunEvent =
  | { type: 'state'; state: 'idle' | 'running' | 'paused' }
  | { type: 'prefill'; done: number; total: number; ms: number }
  | { type: 'token'; index: number; id: number; piece: string; decodeMs: number }
  | { type: 'cache'; snapshot: CacheSnapshot }
  /** Now and then while a run goes on, and at its end. */
  | { type: 'accounting'; accounting: Accounting };
