/**
 * What the engine asks of a strategy: one value on each of the four axes. The engine defines the interfaces
 * and calls them; `src/strategies/` implements them.
 */

/** A query head, counted from 0. */
export interface HeadRef {
  layer: number;
  head: number;
}

/** The attention kernels that an entry composes its work from. Each call records GPU work for one layer. */
export interface AttentionPasses {
  /** Every query of the chunk against every key that the cache policy lets it see. */
  denseChunk(layer: number): void;
  /** The newest query against every entry that the cache policy keeps. */
  allSlots(layer: number): void;
}

/** Which (query, key) pairs are computed while the prompt is read. */
export interface PrefillPattern {
  record(passes: AttentionPasses, layer: number): void;
}

/** Which kept entries one decode step reads. */
export interface DecodeSelection {
  record(passes: AttentionPasses, layer: number): void;
}

/**
 * Which keys and values stay. A query at slot n sees slots [0, sinks) and the last `recent` slots up to and
 * including its own; what no later query can see is evicted, and its pages are given back.
 */
export interface CachePolicy {
  /** Entries at the start of the text that always stay. */
  sinks: number;
  /** Newest entries that stay, the query's own included. Infinity keeps all. */
  recent: number;
  /** 'original': a key keeps its place in the text. 'reindexed': its place among the kept keys counts. */
  positions: 'original' | 'reindexed';
}

/** How scores become weights. */
export interface ScoreRule {
  /** Scores are divided by this before the softmax; 1 is the model as trained. */
  temperature: number;
  /** Heads whose output is replaced by zero. */
  maskedHeads: HeadRef[];
}

export interface Strategy {
  prefill: PrefillPattern;
  cache: CachePolicy;
  decode: DecodeSelection;
  score: ScoreRule;
}
