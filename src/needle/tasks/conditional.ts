import { numberValue } from '../../strategies/schema';
import { depthsFrom } from '../placement';
import { distinct } from '../random';
import { WORDS } from '../words';
import { newName } from './facts';
import { NEEDLE_THREADING } from './papers';
import { drawNumbers, magicNumber } from './several-needles';
import type { Task } from './task';

export const conditional: Task = {
  id: 'conditional',
  title: 'Conditional needles',
  summary:
    'Numbers of several names are hidden, and only those whose name meets a condition are asked for. It tests whether the model looks at the name before each number instead of collecting numbers.',
  tryThis:
    'Raise the number of others. The condition on a sign is the one of the paper; the embedded model never learned it.',
  scoring:
    'Right when the first line of the answer names every number that meets the condition and none of the others; score: share of those that meet it.',
  paper: NEEDLE_THREADING,
  parameters: [
    {
      kind: 'integer',
      name: 'needles',
      title: 'Needles',
      unit: 'facts',
      min: 1,
      max: 64,
      step: 1,
      default: 2,
      meaning: 'Numbers that meet the condition, at equal steps from the depth on.',
    },
    {
      kind: 'integer',
      name: 'others',
      title: 'Others',
      unit: 'facts',
      min: 1,
      max: 256,
      step: 1,
      default: 4,
      meaning: 'Numbers that do not meet it, at places drawn at random.',
    },
    {
      kind: 'choice',
      name: 'condition',
      title: 'Condition',
      unit: '',
      options: [
        { value: 'name', title: 'Numbers of one name' },
        { value: 'sign', title: 'Numbers of names that begin with *' },
      ],
      default: 'name',
      meaning: 'What the question asks of the name before a number.',
    },
  ],
  answerTokens: (values) => 24 + 8 * numberValue(values, 'needles'),
  make(values, random, depth) {
    const needles = numberValue(values, 'needles');
    const others = numberValue(values, 'others');
    const numbers = drawNumbers(random, needles + others);
    const expected = numbers.slice(0, needles);
    const wrong = numbers.slice(needles);
    const names = distinct(needles + others, () =>
      random.below(2) === 0 ? random.pick(WORDS) : newName(random).toLowerCase(),
    );
    const bySign = values.condition === 'sign';
    const depths = depthsFrom(depth, needles);
    return {
      facts: [
        ...expected.map((number, i) => ({
          text: magicNumber(bySign ? `*${names[i]}` : names[0], number),
          depth: depths[i],
          asked: true,
        })),
        ...wrong.map((number, i) => ({
          text: magicNumber(names[needles + i], number),
          depth: random.next() * 100,
          asked: false,
        })),
      ],
      question: bySign
        ? 'What are all the magic numbers for names that begin with *?'
        : `What are all the magic numbers for ${names[0]}?`,
      expected,
      wrong,
    };
  },
};
