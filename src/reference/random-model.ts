import type { ModelConfig } from '../model/config';
import { rolesOf } from '../model/families/registry';
import { tensorShapes } from '../model/roles';
import type { ReferenceWeights } from './model';

/** A seeded stream of numbers in (−1, 1), for tests (mulberry32). */
export function randomStream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * 2 - 1;
  };
}

/**
 * Random weights of a model of that shape, by the names of its roles: factors of norms near 1, biases near 0,
 * matrices scaled so that scores spread.
 */
export function randomWeights(config: ModelConfig, seed: number): Map<string, Float32Array> {
  const next = randomStream(seed);
  const weights = new Map<string, Float32Array>();
  for (const [name, shape] of tensorShapes(rolesOf(config))) {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    const spread = shape.length === 1 ? 0.3 : 2.5 / Math.sqrt(shape[1]);
    const factors = shape.length === 1 && !name.endsWith('.bias');
    const centre = factors ? 1 - config.norm.offset : 0;
    for (let i = 0; i < values.length; i++) values[i] = centre + spread * next();
    weights.set(name, values);
  }
  return weights;
}

/** Looks weights up by name. */
export function lookUp(weights: Map<string, ArrayLike<number>>): ReferenceWeights {
  return (name) => {
    const values = weights.get(name);
    if (!values) throw new Error(`There is no tensor ${name}.`);
    return values;
  };
}
