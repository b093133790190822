import { rope } from '../../formulas';
import { randomStream } from '../../random-model';
import type {
  CacheEntry,
  DecodeMethod,
  DecodeView,
  MethodShape,
  PrefillView,
  PromptParts,
} from '../method';
import { range } from './range';

/** Two KV heads with two query heads each. */
export const SHAPE: MethodShape = { layers: 3, heads: 4, kvHeads: 2, headDim: 8 };

/** One head, two numbers a vector: small enough to work out by hand. */
export const TINY: MethodShape = { layers: 1, heads: 1, kvHeads: 1, headDim: 2 };

export const vector = (...values: number[]) => Float64Array.from(values);

export function entriesOf(keys: number[][], values: number[][] = keys): CacheEntry[] {
  return keys.map((key, position) => ({
    position,
    key: Float64Array.from(key),
    value: Float64Array.from(values[position]),
    bias: 0,
  }));
}

export function promptOf(length: number): PromptParts {
  return { length, context: length, documents: [] };
}

/** A step with one list of entries per KV head. Rotation leaves vectors as they are unless given. */
export function viewOf(
  queries: number[][],
  entries: CacheEntry[][],
  rest: Partial<DecodeView> = {},
): DecodeView {
  return {
    layer: 0,
    step: 0,
    queries: queries.map((query) => Float64Array.from(query)),
    entries,
    rotate: (value) => value,
    parts: promptOf(entries[0].length - 1),
    ...rest,
  };
}

/** The lists of a selection, written out where it is everything. */
export function readLists(method: DecodeMethod, view: DecodeView): number[][] {
  const group = view.queries.length / view.entries.length;
  return (
    method.select(view) ??
    view.queries.map((_, head) => range(0, view.entries[Math.floor(head / group)].length))
  );
}

/** A prompt and some steps of random queries, keys and values, all numbers in (−1, 1) · 2. */
export function randomRun(shape: MethodShape, prompt: number, steps: number, seed = 1) {
  const next = randomStream(seed);
  const vectors = (heads: number) =>
    range(0, heads).map(() =>
      range(0, prompt + steps).map(() =>
        Float64Array.from({ length: shape.headDim }, () => 2 * next()),
      ),
    );
  const layers = range(0, shape.layers).map(() => ({
    queries: vectors(shape.heads),
    keys: vectors(shape.kvHeads),
    values: vectors(shape.kvHeads),
  }));
  const parts = promptOf(prompt);
  const entriesUpTo = (layer: number, length: number): CacheEntry[][] =>
    layers[layer].keys.map((keys, kvHead) =>
      keys.slice(0, length).map((key, position) => ({
        position,
        key,
        value: layers[layer].values[kvHead][position],
        bias: 0,
      })),
    );
  return {
    prompt,
    steps,
    /** Lets the method observe the prompt in chunks. */
    read(method: DecodeMethod, chunk = prompt): void {
      for (let start = 0; start < prompt; start += chunk) {
        const end = Math.min(prompt, start + chunk);
        layers.forEach(({ queries, keys, values }, layer) => {
          const view: PrefillView = {
            layer,
            start,
            queries: queries.map((own) => own.slice(start, end)),
            keys: keys.map((own) => own.slice(0, end)),
            parts,
          };
          method.observePrompt?.(
            view,
            values.map((own) => own.slice(0, end)),
          );
        });
      }
      method.promptRead?.(
        layers.map((_, layer) => entriesUpTo(layer, prompt)),
        parts,
      );
    },
    view(layer: number, step: number): DecodeView {
      return {
        layer,
        step,
        queries: layers[layer].queries.map((own) => own[prompt + step]),
        entries: entriesUpTo(layer, prompt + step + 1),
        rotate: (value, position) => rope(value, position, 10000),
        parts,
      };
    },
  };
}
