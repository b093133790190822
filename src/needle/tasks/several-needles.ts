import { numberValue } from '../../strategies/schema';
import { depthsFrom } from '../placement';
import { distinct, type Random } from '../random';
import { digits, WORDS } from '../words';
import { RULER } from './papers';
import type { Task } from './task';

export const severalNeedles: Task = {
  id: 'several-needles',
  title: 'Several needles',
  summary:
    'Several numbers of one name are hidden at equal steps and all are asked for. It tests whether the model goes on to the next place after it has copied from one.',
  tryThis:
    'Ask for two numbers, then for four: the embedded model learned lists of two and three; of three it names all in one case of three.',
  scoring:
    'Right when the first line of the answer names every number; score: share of the numbers.',
  paper: RULER,
  parameters: [
    {
      kind: 'integer',
      name: 'needles',
      title: 'Needles',
      unit: 'facts',
      min: 2,
      max: 64,
      step: 1,
      default: 2,
      meaning: 'Numbers to find; the first is at the depth, the others follow at equal steps.',
    },
  ],
  answerTokens: (values) => 24 + 8 * numberValue(values, 'needles'),
  make(values, random, depth) {
    const count = numberValue(values, 'needles');
    const name = random.pick(WORDS);
    const expected = drawNumbers(random, count);
    const depths = depthsFrom(depth, count);
    return {
      facts: expected.map((number, i) => ({
        text: magicNumber(name, number),
        depth: depths[i],
        asked: true,
      })),
      question: `What are all the magic numbers for ${name}?`,
      expected,
    };
  },
};

export function drawNumbers(random: Random, count: number): string[] {
  return distinct(count, () => digits(random));
}

export function magicNumber(name: string, number: string): string {
  return `One of the magic numbers for ${name} is ${number}.`;
}
