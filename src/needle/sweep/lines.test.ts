import { describe, expect, test } from 'vitest';
import { mergeSweeps, outcomeLine, planLine, readSweep } from './lines';
import { samplesOf } from './order';
import type { SampleOutcome } from './plan';
import { testOutcome, testPlan } from './testing';

const PLAN = testPlan();
const OUTCOMES = samplesOf(PLAN).map((id) => testOutcome(id));
const textOf = (outcomes: SampleOutcome[], plan = PLAN) =>
  planLine(plan) + outcomes.map(outcomeLine).join('');

function partOf(name: string, text: string) {
  const sweep = readSweep(name, text);
  if (!sweep) throw new Error('empty');
  return { name, ...sweep };
}

describe('the file of a sweep', () => {
  test('gives back what was written', () => {
    const text = textOf(OUTCOMES);
    expect(readSweep('f', text)).toEqual({ plan: PLAN, outcomes: OUTCOMES, whole: text.length });
    expect(readSweep('f', '')).toBeNull();
  });

  test('wherever it is cut off, the whole lines before count', () => {
    const text = textOf(OUTCOMES.slice(0, 3));
    const plan = planLine(PLAN).length;
    for (let cut = 0; cut < text.length; cut += 7) {
      const read = readSweep('f', text.slice(0, cut));
      if (cut < plan) expect(read).toBeNull();
      else {
        const lines = text.slice(0, cut).split('\n').length - 2;
        expect(read?.outcomes).toEqual(OUTCOMES.slice(0, lines));
        expect(text.slice(0, read?.whole).endsWith('\n')).toBe(true);
      }
    }
  });

  test('of two plans the last counts', () => {
    const more = testPlan({ samples: 5 });
    const read = readSweep('f', textOf(OUTCOMES) + planLine(more));
    expect(read).toMatchObject({ plan: more, outcomes: OUTCOMES });
  });

  test.each([
    ['notes', 'Dear diary,\n'],
    ['notes without an end', 'Dear diary,'],
    ['other JSON', '{"a":1}\n'],
    ['outcomes without a plan', outcomeLine(OUTCOMES[0])],
  ])('%s are refused with the line', (_name, text) => {
    expect(() => readSweep('notes.txt', text)).toThrow(
      'notes.txt is not the file of a sweep: line 1',
    );
  });
});

describe('merging', () => {
  test('puts the parts together', () => {
    const [first, second] = [0, 1].map((index) =>
      textOf(samplesOf(PLAN, { index, count: 2 }).map((id) => testOutcome(id))),
    );
    const merged = mergeSweeps([partOf('a', first), partOf('b', second)]);
    expect(merged.plan).toEqual(PLAN);
    expect(merged.outcomes).toHaveLength(OUTCOMES.length);
  });

  test('a sample that several have is there once, a result before a failure', () => {
    const [one] = OUTCOMES;
    const { strategy, length, depth, sample } = one;
    const trouble = { code: 'internal' as const, what: 'Lost.', advice: '', actions: [] };
    const failed = { strategy, length, depth, sample, trouble };
    const merged = mergeSweeps([partOf('a', textOf([one])), partOf('b', textOf([failed]))]);
    expect(merged.outcomes).toEqual([one]);
  });

  test('more samples of the same sweep are no other sweep', () => {
    const more = testPlan({ samples: 4 });
    const merged = mergeSweeps([partOf('a', textOf(OUTCOMES)), partOf('b', textOf([], more))]);
    expect(merged.plan.samples).toBe(4);
  });

  test('parts of different sweeps are refused with the reason', () => {
    const other = partOf('b.jsonl', textOf([], testPlan({ seed: 7 })));
    expect(() => mergeSweeps([partOf('a.jsonl', textOf([])), other])).toThrow(
      'a.jsonl and b.jsonl are not parts of one sweep. They differ in seed: 1 and 7.',
    );
  });
});
