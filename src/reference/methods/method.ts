/**
 * What a strategy is for the reference: plain functions on plain arrays, one for each axis, written from the
 * formulas of the papers. `src/reference/run.ts` calls them; nothing here knows the GPU.
 */

export interface MethodShape {
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
}

/** What a prompt consists of, in tokens. */
export interface PromptParts {
  /** Tokens of the whole prompt. */
  length: number;
  /** Tokens before the question; the length where there is no question. */
  context: number;
  /** Where each document of the context begins, ascending; the first is not at 0 if an instruction precedes. */
  documents: number[];
}

/** One layer while a chunk of the prompt is read. Nothing was evicted yet: key j stands at position j. */
export interface PrefillView {
  layer: number;
  /** Position of the chunk's first query. */
  start: number;
  /** queries[head][row], as attention uses them (rotated). */
  queries: Float64Array[][];
  /** keys[kvHead][position], as attention uses them, from the text's beginning to the end of the chunk. */
  keys: Float64Array[][];
  parts: PromptParts;
}

/** Whether query `row` of the chunk is compared with key `position` ≤ start + row. */
export type PairMask = (head: number, row: number, position: number) => boolean;

/** A prefill pattern: which pairs of a chunk are computed. */
export type PrefillMethod = (view: PrefillView) => PairMask;

/** One cached entry of one KV head. */
export interface CacheEntry {
  /** Place in the text; of a merged entry that of its anchor. */
  position: number;
  /** As attention uses it: rotated by its position, or not rotated at all where positions are re-indexed. */
  key: Float64Array;
  value: Float64Array;
  /** Added to its score before the softmax. */
  bias: number;
}

/** entries[layer][kvHead], in the order of the text. */
export type CacheEntries = CacheEntry[][][];

/** The weights that a chunk's (or token's) queries gave, in one layer. */
export interface ObservedRows {
  layer: number;
  /** Position of the first row. */
  start: number;
  /** weights[head][row]: by position of the text; positions that the row did not see are absent. */
  weights: Map<number, number>[][];
  parts: PromptParts;
}

/** A cache policy with its state; made anew for every run. */
export interface CacheMethod {
  positions: 'original' | 'reindexed';
  /** A query sees the first `sinks` entries and the newest `recent`, itself included. Infinity: all. */
  window(layer: number, kvHead: number): { sinks: number; recent: number };
  /** 'context': entries are dropped once before the question is read; 'prompt': when all is read. */
  compressAfter: 'context' | 'prompt';
  /** Called after each layer's attention, for chunks and tokens alike. */
  observe?(rows: ObservedRows): void;
  /** Called with each token's surprisal −ln p(x_i | x_<i) once it is known; of the first token it is null. */
  surprisal?(position: number, value: number | null): void;
  /**
   * The scores by which entries of a list would be dropped now; Infinity for those that stay whatever they
   * score. Absent or null: not by scores.
   */
  ranks?(layer: number, kvHead: number, list: CacheEntry[]): number[] | null;
  /** Before `tokens` more entries arrive: what stays. */
  makeRoom?(entries: CacheEntries, tokens: number): CacheEntries;
  /** Once, at the moment that `compressAfter` names: what stays. */
  compress?(entries: CacheEntries): CacheEntries;
  /** After that moment, after each further token and each further piece of prompt: what stays. */
  afterTokens?(entries: CacheEntries): CacheEntries;
}

/** One layer in one decode step. */
export interface DecodeView {
  layer: number;
  /** 0 for the first token that is fed back. */
  step: number;
  /** queries[head], as attention uses them; not rotated where positions are re-indexed. */
  queries: Float64Array[];
  /** entries[kvHead], the new token's own entry last. */
  entries: CacheEntry[][];
  /** Rotates a vector by a position. */
  rotate(vector: Float64Array, position: number): Float64Array;
  parts: PromptParts;
}

/** A decode selection with its state; made anew for every run. */
export interface DecodeMethod {
  /** Re-indexed: keys are cached unrotated, and in a decode step the place in the list that is read counts. */
  positions: 'original' | 'reindexed';
  /**
   * Called for each layer of each chunk of the prompt, for methods that prepare an index. The queries are not
   * rotated where positions are re-indexed.
   */
  observePrompt?(view: PrefillView, values: Float64Array[][]): void;
  /** Called once when the prompt is read. */
  promptRead?(entries: CacheEntries, parts: PromptParts): void;
  /**
   * For each query head the indices of the entries that are read, ascending; null: all. Heads with a window
   * read it in full all the same.
   */
  select(view: DecodeView): number[][] | null;
}

/** A score rule. Absent members mean: as the model was trained. */
export interface ScoreMethod {
  /** Scores are divided by this. */
  temperature?: number;
  maskedHeads?: { layer: number; head: number }[];
  /** Queries are multiplied by this. */
  queryScale?(layer: number, position: number): number;
  /** Angle per position of rotary pair i; `scale` multiplies cos and sin. `length`: longest text of the run. */
  rope?(length: number): { frequency(pair: number): number; scale: number };
  /** Added to the score of the key at `position`. */
  bias?(layer: number, head: number, position: number, parts: PromptParts): number;
  /**
   * Changes a row of weights after the softmax. Called for every row in order; `columns` holds for each
   * position the sum of raw weights that it got from this head so far, and how many rows could give some,
   * up to the end of the chunk (in decode: up to this row).
   */
  edit?(
    layer: number,
    head: number,
    weights: Map<number, number>,
    columns: Map<number, { sum: number; rows: number }>,
  ): Map<number, number>;
}

export interface ReferenceMethods {
  prefill?: PrefillMethod;
  cache?: CacheMethod;
  decode?: DecodeMethod;
  score?: ScoreMethod;
}
