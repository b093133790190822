import type { HeadRef } from '../engine/strategy';
import type { Calibration } from '../strategies/calibration';
import type { CacheSnapshot, HeadScores, ModelInfo } from '../worker/protocol';
import type { HeadScore } from './head-view';
import { kvHeadOf } from './page-store';

/** A score of every head, or why there is none. */
export type ScoredHeads =
  | { values: ArrayLike<number> }
  | { values: null; missing: string; calibrate: boolean };

interface Measured {
  model: ModelInfo;
  scores: HeadScores | null;
  calibration: Calibration | null;
  cache: CacheSnapshot | null;
}

/**
 * The values of a score, [layers * heads]; NaN where a head has none. For `class`: the entries that the head's
 * newest query sees.
 */
export function scoredHeads(kind: HeadScore, measured: Measured): ScoredHeads {
  const { model, scores, calibration, cache } = measured;
  if (kind === 'induction' || kind === 'echo') {
    const classes = calibration?.headClasses;
    if (classes) return { values: classes[kind].flat() };
    return {
      values: null,
      missing: 'Needs head classes, which have not been measured on this model yet.',
      calibrate: true,
    };
  }
  if (kind === 'class') {
    return cache ? { values: entriesSeen(model, cache) } : missing('Run the prompt to see them.');
  }
  if (!scores) {
    return missing(cache ? 'Measured when the run has ended.' : 'Run the prompt to measure it.');
  }
  if (kind === 'copy') {
    return scores.copy ? { values: scores.copy } : missing('Needs at least one generated token.');
  }
  if (kind === 'retrieval') {
    return scores.retrieval ? { values: scores.retrieval } : missing(whyNoRetrieval(scores));
  }
  return { values: scores[kind] };
}

/** Sink₁^ε of Gu et al.: the share of heads whose mean weight on the first token is above the threshold. */
export function sinkShare(sink: ArrayLike<number>, threshold: number): number {
  const above = Array.from(sink).filter((weight) => weight > threshold).length;
  return above / sink.length;
}

/** Heads by falling score, those without one left out; among equals the earlier head first. */
export function rankedHeads(values: ArrayLike<number>, heads: number): HeadRef[] {
  return Array.from(values, (value, index) => ({ value, index }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => b.value - a.value || a.index - b.index)
    .map(({ index }) => headAt(index, heads));
}

export function headAt(index: number, heads: number): HeadRef {
  return { layer: Math.floor(index / heads), head: index % heads };
}

function entriesSeen(model: ModelInfo, { slots }: CacheSnapshot): number[] {
  return Array.from({ length: model.layers * model.heads }, (_, index) => {
    const { layer, head } = headAt(index, model.heads);
    return slots[layer * model.kvHeads + kvHeadOf(model, head)];
  });
}

function whyNoRetrieval({ steps, retrievalCounted }: HeadScores): string {
  if (steps === 0) return 'Needs an answer: it is counted while the needle’s tokens are copied.';
  if (retrievalCounted) return 'Needs a needle in the text.';
  return 'The answer is not right, and only right answers count. The copy score needs none.';
}

function missing(why: string): ScoredHeads {
  return { values: null, missing: why, calibrate: false };
}
