import { describe, expect, test } from 'vitest';
import { entryAt, positionsOf, randomIds, readRun, tinyModel } from '../../testing';
import type { CacheEntry } from '../method';
import { type SirLlmValues, sirLlm } from './sirllm';

const VALUES: SirLlmValues = { sinks: 1, entropy: 4, recent: 0, decay: 1, round: 2 };

/** What is held before and after each round of `round` tokens with these surprisals. */
function rounds(values: SirLlmValues, surprisals: (number | null)[]) {
  const method = sirLlm(values);
  const before: number[][] = [];
  const after: number[][] = [];
  let list: CacheEntry[] = [];
  for (let start = 0; start < surprisals.length; start += values.round) {
    list = method.makeRoom?.([[list]], values.round)[0][0] ?? [];
    before.push(list.map(({ position }) => position));
    const end = start + values.round;
    for (let position = start; position < end; position++) {
      list = [...list, entryAt(position)];
      method.surprisal?.(position, surprisals[position]);
    }
    after.push(list.map(({ position }) => position));
  }
  return { before, after };
}

describe('SirLLM', () => {
  const surprisals = [null, 5, 1, 4, 3, 6, 0.5, 0.25];

  test('without decay the largest surprisals of all stay', () => {
    const { before, after } = rounds(VALUES, surprisals);
    expect(before).toEqual([[], [0, 1], [0, 1, 3], [0, 1, 5]]);
    for (const held of after) expect(held.length).toBeLessThanOrEqual(5);
  });

  test('decay 0: after one round only sinks and newest', () => {
    const { before } = rounds({ ...VALUES, decay: 0 }, surprisals);
    expect(before).toEqual([[], [0, 1], [0, 2, 3], [0, 4, 5]]);
  });

  test('decay counts rounds, evicted or not', () => {
    // Before the third round token 1 has 5 · 0.7, below the 4 of token 3; before the fourth 5 · 0.49.
    const { before } = rounds({ ...VALUES, decay: 0.7, entropy: 3 }, [null, 5, 1, 4, 3, 2, 0, 0]);
    expect(before).toEqual([[], [0, 1], [0, 3], [0, 4]]);
  });

  test('equal surprisals degenerate to recency', () => {
    expect(rounds(VALUES, [null, 2, 2, 2, 2, 2, 2, 2]).before[3]).toEqual([0, 4, 5]);
  });

  test('room beside sinks and surprising ones is filled with the newest', () => {
    const { before } = rounds({ ...VALUES, entropy: 3, recent: 2 }, [null, 9, 1, 2, 3, 4, 0, 0]);
    // Capacity 6: sink, the 3 − 2 most surprising, the newest of the rest.
    expect(before).toEqual([[], [0, 1], [0, 1, 2, 3], [0, 1, 4, 5]]);
  });

  test('the first token has the largest surprisal of its round', () => {
    const values = { ...VALUES, sinks: 0, entropy: 6, round: 4 };
    expect(rounds(values, [null, 1, 2, 7, 0, 0, 0, 0]).before[1]).toEqual([0, 3]);
  });

  test('generated tokens fill the round that the prompt began', () => {
    const method = sirLlm({ ...VALUES, entropy: 6, round: 4 });
    const list = [0, 1, 2, 3, 4, 5].map(entryAt);
    for (const { position } of list) method.surprisal?.(position, 6 - position);
    method.makeRoom?.([[[]]], 4);
    const held = (tokens: number, length: number) =>
      method.makeRoom?.([[list.slice(0, length)]], tokens)[0][0].length;
    expect(held(1, 4)).toBe(3);
    expect([held(1, 5), held(1, 6), held(1, 5)]).toEqual([5, 6, 5]);
    expect(held(1, 6)).toBe(3);
  });

  test('a run never holds more than sinks + entropy + recent, the same in all layers and heads', () => {
    const model = tinyModel();
    const ids = randomIds(30, model.config);
    const cache = sirLlm({ sinks: 2, entropy: 7, recent: 3, decay: 0.8, round: 5 });
    const run = readRun(model, { cache }, ids, { chunk: 5 });
    for (const id of ids) {
      run.decode(id);
      const lists = positionsOf(run).flat();
      expect(lists[0].length).toBeLessThanOrEqual(12);
      expect(lists[0].slice(0, 2)).toEqual([0, 1]);
      expect(lists[0].at(-1)).toBe(run.position - 1);
      for (const list of lists) expect(list).toEqual(lists[0]);
    }
  });
});
