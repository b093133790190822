import { describe, expect, test } from 'vitest';
import type { DecodeMethod } from '../method';
import { all } from './all';
import { longHeads } from './long-heads';
import { lserve } from './lserve';
import { quest } from './quest';
import { range } from './range';
import { recycled } from './recycled';
import { squeezed } from './squeezed';
import { randomRun, readLists, SHAPE } from './testing';
import { tidalDecode } from './tidal-decode';
import { tokenSelect } from './token-select';

const PROMPT = 150;
const STEPS = 7;
const PLENTY = 1000;

interface Case {
  id: string;
  /** Small enough that no step may read everything, unless the layer is named. */
  small(): DecodeMethod;
  /** Most entries that `small` may read; null where the method names no number. */
  limit: number | null;
  full(): DecodeMethod;
  /** Whether `small` reads everything in this layer and step. */
  reads(layer: number, step: number): boolean;
}

const never = () => false;
const firstLayer = (layer: number) => layer === 0;

const CASES: Case[] = [
  { id: 'all', small: all, limit: PROMPT + STEPS, full: all, reads: () => true },
  {
    id: 'quest',
    small: () => quest({ page: 16, budget: 64, dense: 1, firstPage: 'on' }, SHAPE),
    limit: 64,
    full: () => quest({ page: 16, budget: PLENTY, dense: 0, firstPage: 'off' }, SHAPE),
    reads: firstLayer,
  },
  {
    id: 'lserve',
    small: () => lserve({ page: 32, budget: 96, interval: 4, dense: 1 }, SHAPE),
    limit: 96 + 3,
    full: () => lserve({ page: 32, budget: PLENTY, interval: 4, dense: 0 }, SHAPE),
    reads: firstLayer,
  },
  {
    id: 'token-select',
    small: () => tokenSelect({ sinks: 4, recent: 8, k: 10, threshold: 0.1, dense: 1 }, SHAPE),
    limit: 22,
    full: () => tokenSelect({ sinks: 4, recent: 8, k: PLENTY, threshold: 0.9, dense: 0 }, SHAPE),
    reads: firstLayer,
  },
  {
    id: 'tidal-decode',
    small: () => tidalDecode({ dense: 0, reselect: -1, k: 12 }, SHAPE),
    limit: 13,
    full: () => tidalDecode({ dense: 0, reselect: -1, k: PLENTY }, SHAPE),
    reads: firstLayer,
  },
  {
    id: 'recycled',
    small: () => recycled({ k: 12, stride: 3, drift: 'off', threshold: 0.8 }, SHAPE),
    limit: 12,
    full: () => recycled({ k: PLENTY, stride: 50, drift: 'off', threshold: 0.8 }, SHAPE),
    reads: (_, step) => step % 3 === 0,
  },
  {
    id: 'long-heads',
    small: () => longHeads({ chunk: 16, budget: 64 }, SHAPE),
    limit: 64,
    full: () => longHeads({ chunk: 16, budget: PLENTY }, SHAPE),
    reads: never,
  },
  {
    id: 'squeezed',
    small: () => squeezed({ clusters: 10, keep: 20, queries: 8, levels: 1, coarse: 2 }, SHAPE),
    limit: null,
    full: () => squeezed({ clusters: 10, keep: 100, queries: 8, levels: 1, coarse: 2 }, SHAPE),
    reads: never,
  },
  {
    id: 'squeezed, two levels',
    small: () => squeezed({ clusters: 10, keep: 20, queries: 8, levels: 2, coarse: 2 }, SHAPE),
    limit: null,
    full: () => squeezed({ clusters: 10, keep: 100, queries: 8, levels: 2, coarse: 2 }, SHAPE),
    reads: never,
  },
];

/** lists[step][layer][head] of a run. */
function listsOf(method: DecodeMethod, chunk = PROMPT): number[][][][] {
  const run = randomRun(SHAPE, PROMPT, STEPS);
  run.read(method, chunk);
  return range(0, STEPS).map((step) =>
    range(0, SHAPE.layers).map((layer) => readLists(method, run.view(layer, step))),
  );
}

describe.each(CASES)('$id', ({ small, limit, full, reads }) => {
  test('with a full budget every step reads everything', () => {
    listsOf(full()).forEach((layers, step) => {
      for (const list of layers.flat()) expect(list).toEqual(range(0, PROMPT + step + 1));
    });
  });

  test('a list for each query head: ascending, in range, with the token’s own entry', () => {
    listsOf(small()).forEach((layers, step) => {
      for (const lists of layers) {
        expect(lists).toHaveLength(SHAPE.heads);
        for (const list of lists) {
          expect(list).toEqual([...new Set(list)].sort((a, b) => a - b));
          expect(list[0]).toBeGreaterThanOrEqual(0);
          expect(list[list.length - 1]).toBe(PROMPT + step);
        }
      }
    });
  });

  test('never exceeds its budget, and leaves something out', () => {
    listsOf(small()).forEach((layers, step) => {
      layers.forEach((lists, layer) => {
        for (const list of lists) {
          if (reads(layer, step)) expect(list).toHaveLength(PROMPT + step + 1);
          else expect(list.length).toBeLessThanOrEqual(limit ?? PROMPT + step);
        }
      });
    });
  });

  test('the same run gives the same lists, however the prompt was cut', () => {
    expect(listsOf(small(), 37)).toEqual(listsOf(small()));
  });
});
