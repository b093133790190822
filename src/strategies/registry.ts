import type { CachePolicy, DecodeSelection, PrefillPattern, ScoreRule } from '../engine/strategy';
import { TroubleError } from '../trouble';
import { a2sf } from './cache/a2sf';
import { adaKv } from './cache/ada-kv';
import { duo } from './cache/duo';
import { elastic } from './cache/elastic';
import { h2o } from './cache/h2o';
import { type CacheCost, keepAll } from './cache/keep-all';
import { pyramidKv } from './cache/pyramidkv';
import { quantised } from './cache/quantised';
import { razor } from './cache/razor';
import { sinksRecent } from './cache/sinks-recent';
import { sirLlm } from './cache/sirllm';
import { snapKv } from './cache/snapkv';
import { tova } from './cache/tova';
import { window } from './cache/window';
import { all, type DecodeCost } from './decode/all';
import { longHeads } from './decode/long-heads';
import { lserve } from './decode/lserve';
import { quest } from './decode/quest';
import { recycled } from './decode/recycled';
import { squeezed } from './decode/squeezed';
import { tidalDecode } from './decode/tidal-decode';
import { tokenSelect } from './decode/token-select';
import { aShape } from './prefill/a-shape';
import { blockSparse } from './prefill/block-sparse';
import { dense, type PrefillCost } from './prefill/dense';
import { documents } from './prefill/documents';
import { flexPrefill } from './prefill/flex-prefill';
import { minference } from './prefill/minference';
import { stridedShards } from './prefill/strided-shards';
import { triShape } from './prefill/tri-shape';
import { verticalSlash } from './prefill/vertical-slash';
import { xattention } from './prefill/xattention';
import { AXES, type Axis, completeValues, type Entry, type ParameterValues } from './schema';
import { act } from './score/act';
import { headMask } from './score/head-mask';
import { logN } from './score/log-n';
import { ropeScaling } from './score/rope-scaling';
import { type ScoreCost, softmax } from './score/softmax';
import { steering } from './score/steering';
import { temperature } from './score/temperature';

/** Every entry that exists. Adding a strategy means adding its file and its line here. */
export const REGISTRY = {
  prefill: [
    dense,
    aShape,
    triShape,
    verticalSlash,
    blockSparse,
    minference,
    flexPrefill,
    xattention,
    documents,
    stridedShards,
  ] as Entry<PrefillPattern, PrefillCost>[],
  cache: [
    keepAll,
    window,
    sinksRecent,
    h2o,
    a2sf,
    tova,
    snapKv,
    pyramidKv,
    adaKv,
    sirLlm,
    razor,
    duo,
    elastic,
    quantised,
  ] as Entry<CachePolicy, CacheCost>[],
  decode: [all, quest, lserve, tokenSelect, tidalDecode, recycled, longHeads, squeezed] as Entry<
    DecodeSelection,
    DecodeCost
  >[],
  score: [softmax, temperature, logN, ropeScaling, headMask, steering, act] as Entry<
    ScoreRule,
    ScoreCost
  >[],
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
