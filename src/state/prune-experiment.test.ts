import { describe, expect, test } from 'vitest';
import { presetOf } from '../strategies/presets';
import type { RunResult } from '../worker/protocol';
import { maskedHeads, maskOf, sameHead } from './masked-heads';
import { planPruning, pruneObstacle, runPruning, withMasked } from './prune-experiment';

const HEADS = 4;
const SCORES = [0.1, 0.9, 0.2, Number.NaN, 0.8, 0, 0.3, 0.4, 0.5, 0.05, 0.7, 0.6];
const NONE_MASKED = { heads: HEADS, count: 3, seed: 1, masked: [] };

describe('which heads are pruned', () => {
  test('those with the highest scores, and as many others', () => {
    const { top, random } = planPruning(SCORES, NONE_MASKED);
    expect(top).toEqual([
      { layer: 0, head: 1 },
      { layer: 1, head: 0 },
      { layer: 2, head: 2 },
    ]);
    expect(random).toHaveLength(3);
    const all = [...top, ...random];
    expect(new Set(all.map(({ layer, head }) => `${layer}.${head}`)).size).toBe(6);
  });

  test('the seed alone decides the others, and each of them can be drawn', () => {
    const plan = (seed: number) => planPruning(SCORES, { ...NONE_MASKED, seed });
    expect(plan(7)).toEqual(plan(7));
    const drawn = Array.from({ length: 40 }, (_, seed) => plan(seed).random).flat();
    expect(new Set(drawn.map(({ layer, head }) => layer * HEADS + head)).size).toBe(9);
  });

  test('heads that are masked already take no part', () => {
    const masked = [
      { layer: 0, head: 1 },
      { layer: 2, head: 1 },
    ];
    for (let seed = 0; seed < 20; seed++) {
      const { top, random } = planPruning(SCORES, { ...NONE_MASKED, seed, masked });
      expect(top[0]).toEqual({ layer: 1, head: 0 });
      for (const head of [...top, ...random]) {
        expect(masked.some((one) => sameHead(one, head))).toBe(false);
      }
    }
  });

  test.each([0, 7])('%i heads of 12 cannot be compared with as many', (count) => {
    const plan = () => planPruning(SCORES, { ...NONE_MASKED, count });
    expect(plan).toThrow(`${count} heads cannot be pruned`);
  });
});

test('the mask goes beside what the strategy masks, and the other axes stay', () => {
  const strategy = { ...presetOf('snapkv').choice, score: maskOf([{ layer: 1, head: 1 }]) };
  const masked = withMasked(strategy, [{ layer: 0, head: 2 }]);
  expect(maskedHeads(masked.score)).toEqual([
    { layer: 0, head: 2 },
    { layer: 1, head: 1 },
  ]);
  expect({ ...masked, score: null }).toEqual({ ...strategy, score: null });
});

test('another score rule cannot be masked beside', () => {
  expect(pruneObstacle({ id: 'softmax', values: {} })).toBeNull();
  expect(pruneObstacle({ id: 'head-mask', values: { heads: '0.1' } })).toBeNull();
  expect(pruneObstacle({ id: 'temperature', values: { temperature: 2 } })).toMatch(/softmax/);
});

describe('the experiment', () => {
  const plan = planPruning(SCORES, NONE_MASKED);
  const strategy = presetOf('dense').choice;
  /** Stands for the engine: the answer is lost as soon as head 0.1 is masked. */
  const answerOf = (masked: { layer: number; head: number }[]) => {
    const correct = !masked.some((head) => sameHead(head, plan.top[0]));
    return { answer: correct ? '48213' : 'a frog', correct, stopReason: 'eos' } as RunResult;
  };

  test('runs the top heads first, then the random ones, and tells each answer', async () => {
    const told: [string, boolean | null][] = [];
    const ended = await runPruning(
      strategy,
      plan,
      async ({ score }) => answerOf(maskedHeads(score)),
      (name, { correct }) => told.push([name, correct]),
    );
    expect(ended).toBe(true);
    expect(told).toEqual([
      ['top', false],
      ['random', true],
    ]);
  });

  test('ends where a run was stopped, and keeps what came before', async () => {
    const told: string[] = [];
    let runs = 0;
    const run = async () => {
      runs++;
      return {
        answer: '',
        correct: false,
        stopReason: runs === 2 ? 'stopped' : 'eos',
      } as RunResult;
    };
    expect(await runPruning(strategy, plan, run, (name) => told.push(name))).toBe(false);
    expect(told).toEqual(['top']);
  });
});
