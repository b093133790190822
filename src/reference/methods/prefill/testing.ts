import { randomStream } from '../../random-model';
import { range } from '../decode/range';
import type { MethodShape, PairMask, PrefillMethod, PrefillView } from '../method';
import { lastRows } from './last-rows';

/** Two KV heads with two query heads each. */
export const SHAPE: MethodShape = { layers: 2, heads: 4, kvHeads: 2, headDim: 8 };

export const ONE_HEAD: MethodShape = { layers: 1, heads: 1, kvHeads: 1, headDim: 8 };

/** The fixtures' head: so wide that random keys are nearly at right angles. */
export const WIDE_HEAD: MethodShape = { ...ONE_HEAD, headDim: 32 };

/** A prompt read in one chunk, without question or documents: queries[head][token], keys[kvHead][token]. */
export function viewOf(queries: Float64Array[][], keys: Float64Array[][]): PrefillView {
  const { length } = keys[0];
  return {
    layer: 0,
    start: 0,
    queries,
    keys,
    parts: { length, context: length, documents: [] },
  };
}

/** One head with one number a token. */
export function scalarView(queries: number[], keys: number[]): PrefillView {
  const vectors = (values: number[]) => values.map((value) => Float64Array.of(value));
  return viewOf([vectors(queries)], [vectors(keys)]);
}

/** The same prompt where it is read from `start` to `end`, a chunk among others. */
export function chunkOf(view: PrefillView, start: number, end: number): PrefillView {
  return {
    ...view,
    start,
    queries: view.queries.map((own) => own.slice(start, end)),
    keys: view.keys.map((own) => own.slice(0, end)),
  };
}

/** Random vectors with numbers in (−2, 2). */
export function randomView(shape: MethodShape, length: number, seed = 1): PrefillView {
  const next = vectorStream(shape.headDim, seed);
  const vectors = (heads: number) => range(0, heads).map(() => range(0, length).map(() => next(2)));
  return viewOf(vectors(shape.heads), vectors(shape.kvHeads));
}

/** Makes vectors with numbers in (−spread, spread). */
export function vectorStream(headDim: number, seed: number): (spread: number) => Float64Array {
  const next = randomStream(seed);
  return (spread) => Float64Array.from({ length: headDim }, () => spread * next());
}

/** One wide head whose queries want the key `distance` before their own. */
export function slashView(length: number, distance: number, seed = 1): PrefillView {
  const next = vectorStream(WIDE_HEAD.headDim, seed);
  const keys = range(0, length).map(() => next(1));
  const queries = keys.map((_, i) =>
    i < distance ? next(1) : keys[i - distance].map((value) => 6 * value),
  );
  return viewOf([queries], [keys]);
}

/** One wide head of random queries, but the last eight want the key at `needle`. */
export function needleView(length: number, needle: number, seed = 1): PrefillView {
  const next = vectorStream(WIDE_HEAD.headDim, seed);
  const keys = range(0, length).map(() => next(1));
  const queries = keys.map((_, i) =>
    i < length - 8 ? next(1) : keys[needle].map((value) => 8 * value),
  );
  return viewOf([queries], [keys]);
}

/** One wide head whose runs of 16 tokens share a topic; queries want keys of their topic. */
export function topicView(length: number, topics: number, seed = 1): PrefillView {
  const next = vectorStream(WIDE_HEAD.headDim, seed);
  const centres = range(0, topics).map(() => next(2));
  const pick = randomStream(seed + 1);
  const runs = range(0, Math.ceil(length / 16)).map(
    () => centres[Math.floor(((pick() + 1) / 2) * topics)],
  );
  const around = (i: number) => {
    const noise = next(0.2);
    return runs[Math.floor(i / 16)].map((value, channel) => value + noise[channel]);
  };
  return viewOf([range(0, length).map(around)], [range(0, length).map(around)]);
}

/** Positions that `row` of the chunk is compared with. */
export function keysOfRow(mask: PairMask, view: PrefillView, row: number, head = 0): number[] {
  return range(0, view.start + row + 1).filter((position) => mask(head, row, position));
}

/** Key blocks of which every row of a query block of the chunk computes all causal pairs. */
export function blocksOfRow(
  mask: PairMask,
  view: PrefillView,
  row: number,
  block: number,
  head = 0,
): number[] {
  const last = Math.min((row + 1) * block, view.queries[head].length) - 1;
  const computed = keysOfRow(mask, view, last, head).map((key) => Math.floor(key / block));
  return [...new Set(computed)];
}

/** Every computed pair as `head:row:position`. */
export function pairsOf(method: PrefillMethod, view: PrefillView): Set<string> {
  const mask = method(view);
  const pairs = view.queries.flatMap((own, head) =>
    own.flatMap((_, row) =>
      keysOfRow(mask, view, row, head).map((position) => `${head}:${row}:${position}`),
    ),
  );
  return new Set(pairs);
}

/** All pairs that attention may compute. */
export function causalPairs({ start, queries }: PrefillView): number {
  return queries.reduce(
    (sum, own) => sum + own.reduce((count, _, row) => count + start + row + 1, 0),
    0,
  );
}

/** Mean over the last `count` rows of one head of the dense weight that the mask keeps. */
export function massRecall(
  mask: PairMask,
  view: PrefillView,
  shape: MethodShape,
  { head, count }: { head: number; count: number },
): number {
  const first = view.queries[head].length - count;
  const kept = lastRows(view, head, shape, count).map(({ weights }, i) =>
    weights.reduce((sum, weight, key) => sum + (mask(head, first + i, key) ? weight : 0), 0),
  );
  return kept.reduce((sum, value) => sum + value, 0) / count;
}
