import { describe, expect, test } from 'vitest';
import type { PrefillMethod } from '../method';
import { aShape } from './a-shape';
import { blockSparse } from './block-sparse';
import { documents } from './documents';
import { flexPrefill } from './flex-prefill';
import { type HeadPattern, minference } from './minference';
import { stridedShards } from './strided-shards';
import { causalPairs, chunkOf, keysOfRow, pairsOf, randomView, SHAPE } from './testing';
import { triShape } from './tri-shape';
import { verticalSlash } from './vertical-slash';
import { xAttention } from './xattention';

interface Case {
  id: string;
  /** Ascending; the first leaves something out, the last is everything. */
  budgets: number[];
  method(budget: number): PrefillMethod;
}

const PLENTY = 1000;
const estimate = { queries: 8, sinks: 2, local: 3 };

function mixedPatterns(budget: number): HeadPattern[][] {
  const layer: HeadPattern[] = [
    { family: 'a-shape', a: 2, b: budget },
    { family: 'vertical-slash', a: 4, b: budget },
    { family: 'vertical-slash', a: budget, b: 4 },
    { family: 'block-sparse', a: Math.ceil(budget / 4), b: 0 },
  ];
  return [layer, layer];
}

const CASES: Case[] = [
  {
    id: 'a-shape by sinks',
    budgets: [0, 5, 20, PLENTY],
    method: (sinks) => aShape({ sinks, local: 1 }),
  },
  {
    id: 'a-shape by local',
    budgets: [1, 5, 20, PLENTY],
    method: (local) => aShape({ sinks: 2, local }),
  },
  {
    id: 'tri-shape',
    budgets: [0, 5, 30, PLENTY],
    method: (tail) => triShape({ sinks: 2, local: 4, tail }),
  },
  {
    id: 'vertical-slash by columns',
    budgets: [2, 6, 20, PLENTY],
    method: (vertical) => verticalSlash({ ...estimate, vertical, slash: 4 }, SHAPE),
  },
  {
    id: 'vertical-slash by diagonals',
    budgets: [3, 6, 20, PLENTY],
    method: (slash) => verticalSlash({ ...estimate, vertical: 4, slash }, SHAPE),
  },
  {
    id: 'minference',
    budgets: [4, 8, 20, PLENTY],
    method: (budget) =>
      minference({ ...estimate, block: 8, patterns: mixedPatterns(budget) }, SHAPE),
  },
  {
    id: 'block-sparse',
    budgets: [1, 2, 4, PLENTY],
    method: (blocks) => blockSparse({ block: 8, blocks }, SHAPE),
  },
  {
    id: 'flex-prefill, vertical-slash heads',
    budgets: [0.1, 0.5, 0.8, 1],
    method: (gamma) => flexPrefill({ block: 8, gamma, tau: 0, minimum: 8 }, SHAPE),
  },
  {
    id: 'flex-prefill, query-aware heads',
    budgets: [0.1, 0.5, 0.8, 1],
    method: (gamma) => flexPrefill({ block: 8, gamma, tau: 1, minimum: 8 }, SHAPE),
  },
  {
    id: 'xattention',
    budgets: [0.1, 0.5, 0.8, 1],
    method: (threshold) => xAttention({ block: 8, stride: 4, threshold }, SHAPE),
  },
  {
    id: 'strided-shards by local',
    budgets: [1, 2, 4, PLENTY],
    method: (local) => stridedShards({ block: 8, local, stride: 4, denseHeads: 0 }, SHAPE),
  },
  {
    id: 'strided-shards by dense heads',
    budgets: [0, 1, 2],
    method: (denseHeads) => stridedShards({ block: 8, local: 1, stride: 4, denseHeads }, SHAPE),
  },
];

const prompt = randomView(SHAPE, 85);
const VIEWS = [
  { name: 'a prompt in one chunk', view: prompt },
  { name: 'the last of two chunks', view: chunkOf(prompt, 48, 85) },
];

describe.each(CASES)('$id', ({ budgets, method }) => {
  test.each(VIEWS)('the largest budget computes every causal pair of $name', ({ view }) => {
    expect(pairsOf(method(budgets[0]), view).size).toBeLessThan(causalPairs(view));
    expect(pairsOf(method(budgets[budgets.length - 1]), view).size).toBe(causalPairs(view));
  });

  test.each(VIEWS)('a larger budget leaves out no pair of $name', ({ view }) => {
    const chosen = budgets.map((budget) => pairsOf(method(budget), view));
    for (const [i, larger] of chosen.slice(1).entries()) {
      expect([...chosen[i]].filter((pair) => !larger.has(pair))).toEqual([]);
    }
  });

  test.each(VIEWS)('every query of $name sees its own key', ({ view }) => {
    const mask = method(budgets[0])(view);
    view.queries.forEach((own, head) => {
      own.forEach((_, row) => {
        expect(keysOfRow(mask, view, row, head)).toContain(view.start + row);
      });
    });
  });
});

test('a prompt without documents is read densely under the mask of documents', () => {
  expect(pairsOf(documents(), prompt).size).toBe(causalPairs(prompt));
});
