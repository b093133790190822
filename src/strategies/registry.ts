import type {
  CachePolicy,
  DecodeSelection,
  PrefillPattern,
  ScoreRule,
  Strategy,
} from '../engine/strategy';
import { TroubleError } from '../trouble';
import { type CacheCost, keepAll } from './cache/keep-all';
import { sinksRecent } from './cache/sinks-recent';
import { window } from './cache/window';
import { all, type DecodeCost } from './decode/all';
import { dense, type PrefillCost } from './prefill/dense';
import {
  AXES,
  type Axis,
  completeValues,
  type Entry,
  type ModelShape,
  type ParameterValues,
} from './schema';
import { headMask } from './score/head-mask';
import { type ScoreCost, softmax } from './score/softmax';
import { temperature } from './score/temperature';

/** Every entry that exists. Adding a strategy means adding its file and its line here. */
export const REGISTRY = {
  prefill: [dense] as Entry<PrefillPattern, PrefillCost>[],
  cache: [keepAll, window, sinksRecent] as Entry<CachePolicy, CacheCost>[],
  decode: [all] as Entry<DecodeSelection, DecodeCost>[],
  score: [softmax, temperature, headMask] as Entry<ScoreRule, ScoreCost>[],
};

/** What a person chose on one axis. */
export interface AxisChoice {
  id: string;
  values: ParameterValues;
}

/** What a person chose: one entry and its parameters on each axis. Plain data; it goes into URLs. */
export type StrategyChoice = Record<Axis, AxisChoice>;

/**
 * The entry of an axis.
 * @throws TroubleError `bad-input` that lists the ids that exist.
 */
export function entryOf<A extends Axis>(axis: A, id: string): (typeof REGISTRY)[A][number] {
  const entries: Entry<unknown, unknown>[] = REGISTRY[axis];
  const entry = entries.find((candidate) => candidate.id === id);
  if (!entry) {
    const ids = entries.map((candidate) => candidate.id).join(', ');
    throw new TroubleError('bad-input', `There is no ${axis} entry "${id}".`, `There are: ${ids}.`);
  }
  return entry as (typeof REGISTRY)[A][number];
}

/** The same choice with every parameter present and checked. */
export function completeChoice(choice: StrategyChoice): StrategyChoice {
  const complete = {} as StrategyChoice;
  for (const axis of AXES) {
    const { id, values } = choice[axis];
    complete[axis] = { id, values: completeValues(id, entryOf(axis, id).parameters, values) };
  }
  return complete;
}

/** Turns a choice into what the engine runs. */
export function buildStrategy(choice: StrategyChoice, model: ModelShape): Strategy {
  const { prefill, cache, decode, score } = completeChoice(choice);
  return {
    prefill: entryOf('prefill', prefill.id).build(prefill.values, model),
    cache: entryOf('cache', cache.id).build(cache.values, model),
    decode: entryOf('decode', decode.id).build(decode.values, model),
    score: entryOf('score', score.id).build(score.values, model),
  };
}
