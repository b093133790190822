import { describe, expect, it } from 'vitest';
import { testStep } from '../../engine/primitives/testing-decode';
import { ropeTable } from '../../engine/rope-table';
import { runKernel } from '../../engine/run-kernel';
import { ropeFrequencies } from '../../model/rotation';
import { rope } from '../../reference/formulas';
import { chunkRepresentative } from '../../reference/methods/decode/long-heads';
import { randomStream } from '../../reference/random-model';
import { EXCLUDED, FORCED } from '../../reference/select';
import { dot } from '../../reference/vectors';
import { CHUNK_SCORES, REPRESENT_CHUNKS } from './long-heads';

const next = randomStream(101);
const THETA = 10000;
const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

describe('representatives of chunks', () => {
  it.each([
    // Tokens before the submission, and in it.
    { headDim: 4, chunk: 16, start: 0, tokens: 50 },
    { headDim: 12, chunk: 20, start: 33, tokens: 61 },
    // Only the end of a chunk arrives; then only its middle.
    { headDim: 20, chunk: 70, start: 65, tokens: 7 },
    { headDim: 8, chunk: 70, start: 20, tokens: 40 },
    { headDim: 128, chunk: 17, start: 30, tokens: 5 },
  ])('%j', async ({ headDim, chunk, start, tokens }) => {
    const kvHeads = [{ slots: start }, { slots: start }];
    const heads = 6;
    const step = testStep({ heads, kvHeads, headDim, tokens }, next);
    const kept = Float32Array.from({ length: heads * chunk * headDim }, () => 2 * next());
    const query = (head: number, position: number) => {
      if (position >= start) return step.query(head, position - start);
      const row = head * chunk + (position % chunk);
      return Float64Array.from(kept.subarray(row * headDim, (row + 1) * headDim));
    };
    const chunks = 9;
    const result = await runKernel(REPRESENT_CHUNKS, {
      constants: { ...step.constants, CHUNK: chunk, CHUNKS: chunks },
      frame: { ...step.cache.frame, position: start },
      cacheTable: step.cache.cacheTable,
      ropeTable: ropeTable({ frequencies: ropeFrequencies(headDim, THETA), scale: 1 }),
      inputs: {
        ...step.inputs,
        kept,
        representatives: new Float32Array(2 * chunks * headDim).fill(7),
      },
      outputs: ['representatives'],
      workgroups: [Math.ceil(tokens / chunk), 2],
    });
    const found = new Float32Array(result.representatives);
    const expected = new Float64Array(found.length).fill(7);
    const complete = range(Math.floor(start / chunk), Math.floor((start + tokens) / chunk));
    for (const kvHead of [0, 1]) {
      for (const index of complete) {
        const positions = range(index * chunk, (index + 1) * chunk);
        const queries = range(3 * kvHead, 3 * kvHead + 3).map((head) =>
          positions.map((position) => query(head, position)),
        );
        const entries = positions.map((position) => ({
          position,
          key: step.key(kvHead, position),
          value: step.value(kvHead, position),
          bias: 0,
        }));
        const rotate = (vector: Float64Array, position: number) => rope(vector, position, THETA);
        const own = chunkRepresentative(queries, entries, rotate);
        expected.set(own, (kvHead * chunks + index) * headDim);
      }
    }
    const worst = expected.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - found[i])),
      0,
    );
    expect(worst).toBeLessThan(1e-5);
  });
});

describe('scores of chunks', () => {
  it.each([
    // Slots, full chunks of 18 in the prompt, budget; what is chosen at most.
    { slots: 100, chunks: 5, budget: 4, take: 4 },
    { slots: 120, chunks: 5, budget: 3, take: 4 },
    { slots: 40, chunks: 0, budget: 3, take: 3 },
    { slots: 19, chunks: 1, budget: 3, take: 3 },
    { slots: 1300, chunks: 70, budget: 10, take: 10 },
  ])('%j', async ({ slots, chunks, budget, take }) => {
    const step = testStep(
      { heads: 6, kvHeads: [{ slots: slots - 1 }, { slots: slots - 1 }], headDim: 12 },
      next,
    );
    const representatives = Float32Array.from({ length: 2 * Math.max(1, chunks) * 12 }, next);
    const result = await runKernel(CHUNK_SCORES, {
      constants: {
        ...step.constants,
        VALUE_STRIDE: 75,
        CHUNK: 18,
        CHUNKS: chunks,
        BUDGET: budget,
      },
      frame: step.cache.frame,
      cacheTable: step.cache.cacheTable,
      inputs: {
        ...step.inputs,
        representatives,
        values: new Float32Array(6 * 75).fill(EXCLUDED),
        sizes: new Uint32Array(12),
      },
      outputs: ['values', 'sizes'],
      workgroups: [2, 6],
    });
    const values = new Float32Array(result.values);
    const items = Math.ceil(slots / 18);
    for (const head of range(0, 6)) {
      for (const chunk of range(0, 75)) {
        const at = (Math.floor(head / 3) * chunks + chunk) * 12;
        let expected = Math.fround(EXCLUDED);
        if (chunk > 0 && chunk < chunks - 1) {
          expected = dot(step.query(head), representatives.subarray(at, at + 12));
        } else if (chunk < items) expected = Math.fround(FORCED);
        expect(Math.abs(values[head * 75 + chunk] - expected)).toBeLessThan(1e-5);
      }
    }
    const sizes = range(0, 6).flatMap(() => [items, take]);
    expect([...new Uint32Array(result.sizes)]).toEqual(sizes);
  });
});
