import type { StrategyChoice } from '../../strategies/registry';
import type { Trouble } from '../../trouble';
import type { HaystackRef } from '../prompt-spec';
import type { TaskChoice } from '../tasks/task';

/** What was swept: answers of another model, precision or calibration are answers to another question. */
export interface SweepModel {
  name: string;
  parameters: number;
  precision: 'f32' | 'f16';
  /** Fingerprint of the calibration that the strategies were built with; null: none of them needs one. */
  calibration: string | null;
}

export interface SweepStrategy {
  /** For people: "SnapKV, budget 64". */
  title: string;
  choice: StrategyChoice;
}

/** A grid of prompts and what is asked of each, as plain data; the same plan gives the same prompts everywhere. */
export interface SweepPlan {
  model: SweepModel;
  haystack: HaystackRef;
  task: TaskChoice;
  /** Tokens of the whole prompt, ascending. */
  lengths: number[];
  /** Percent, ascending. */
  depths: number[];
  strategies: SweepStrategy[];
  /** Prompts in each cell. */
  samples: number;
  seed: number;
  /** Tokens of an answer at most. */
  maxTokens: number;
}

export interface Cell {
  /** Index in `plan.strategies`. */
  strategy: number;
  length: number;
  depth: number;
}

/** One prompt under one strategy. */
export interface SampleId extends Cell {
  /** From 0. */
  sample: number;
}

/** What one run gave. */
export interface SampleResult {
  correct: boolean;
  /** Share of what was asked for that the answer holds, 0…1. */
  score: number;
  answer: string;
  expected: string;
  promptTokens: number;
  /** Where the needle really was, in percent of the haystack's tokens. */
  realisedDepth: number;
  /**
   * Share of the cache entries of the needle (tokens × layers × KV heads) that were still held when the answer
   * ended. 1: the cache cannot be blamed for a wrong answer.
   */
  held: number;
  /** Bytes in pages: most at any time, at the end, and at the end had all been kept. */
  kvBytes: { peak: number; end: number; dense: number };
  /** Computed pairs ÷ causal pairs, while the prompt was read. */
  density: number;
  prefillMs: number;
  /** Of all decode steps. */
  decodeMs: number;
  /** Tokens of the answer; the first took no decode step. */
  generated: number;
  adapter: string;
}

/** A sample that is done: it has a result, or a trouble that says why it has none. */
export type SampleOutcome = SampleId & ({ result: SampleResult } | { trouble: Trouble });

/** Means over the samples of a cell (or of a strategy) that gave a result. */
export interface SampleMeans {
  score: number;
  realisedDepth: number;
  held: number;
  /** Bytes of the cache at the end, and at most. */
  kvBytes: number;
  peakBytes: number;
  /** Bytes had everything been kept. */
  denseBytes: number;
  density: number;
  prefillMs: number;
  /** Per decode step; null where no answer took one. */
  stepMs: number | null;
}

/** What the samples say together. */
export interface Tally {
  /** Samples that gave a result. */
  done: number;
  correct: number;
  /** correct ÷ done; null where nothing is done yet. */
  accuracy: number | null;
  /** 95 % interval of the accuracy (Wilson); null where nothing is done yet. */
  interval: [number, number] | null;
  /** Wrong answers with part of the needle gone from the cache. */
  lost: number;
  /** Wrong answers with the whole needle in every head's cache: the model could not, or was not let look. */
  cannot: number;
  /** Samples that ended with a trouble. */
  failed: number;
  /** The first such trouble. */
  trouble: Trouble | null;
  mean: SampleMeans | null;
}

export interface CellSummary extends Cell, Tally {
  /** Samples that the plan has for it. */
  planned: number;
}

/** All cells of one strategy together: a point of the Pareto chart. */
export interface StrategySummary extends Tally {
  strategy: number;
  planned: number;
}
