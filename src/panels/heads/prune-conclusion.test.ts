import { expect, test } from 'vitest';
import type { PruneArm } from '../../state/prune-experiment';
import { pruneConclusion } from './prune-conclusion';

type Verdict = boolean | string;

/** Answers that are right or wrong, or, as text, not judged. */
function arms(...verdicts: Verdict[]): PruneArm[] {
  const names = ['baseline', 'top', 'random'] as const;
  return verdicts.map((verdict, index) => ({
    name: names[index],
    heads: [],
    answer:
      typeof verdict === 'string'
        ? { answer: verdict, correct: null }
        : { answer: '', correct: verdict },
  }));
}

test.each<[Verdict, Verdict, Verdict, RegExp]>([
  [true, false, true, /needs those heads/],
  [true, true, true, /stays without either/],
  [true, false, false, /lost without either/],
  [true, true, false, /needs some of the random/],
  [false, false, false, /nothing can be lost/],
  ['a', 'b', 'a', /needs those heads/],
  ['a', 'a', 'a', /stays without either/],
])('baseline %s, top %s, random %s', (baseline, top, random, says) => {
  expect(pruneConclusion(arms(baseline, top, random))).toMatch(says);
});

test('says nothing before all have answered', () => {
  const [baseline, top, random] = arms(true, false, true);
  expect(pruneConclusion([baseline, top, { ...random, answer: null }])).toBe('');
});
