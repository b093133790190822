import { numberValue } from '../../strategies/schema';
import { depthsFrom, randomDepths } from '../placement';
import { distinct, type Random } from '../random';
import { RULER } from './papers';
import { drawNumbers } from './several-needles';
import type { Task } from './task';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const NAME_LETTERS = 5;

export const variableTracking: Task = {
  id: 'variable-tracking',
  title: 'Variable tracking',
  summary:
    'A number is given to a variable and handed on from variable to variable; asked are all variables that hold it. It tests chains whose links carry no meaning of their own, as a program has them.',
  tryThis:
    'Load a larger model for this one: the embedded model never read assignments and does not follow them.',
  scoring:
    'Right when the first line of the answer names every variable of the chain; score: share of them.',
  paper: RULER,
  parameters: [
    {
      kind: 'integer',
      name: 'hops',
      title: 'Hops',
      unit: 'links',
      min: 1,
      max: 25,
      step: 1,
      default: 4,
      meaning: 'How often the number is handed on.',
    },
    {
      kind: 'integer',
      name: 'chains',
      title: 'Chains',
      unit: 'chains',
      min: 1,
      max: 25,
      step: 1,
      default: 1,
      meaning: 'Chains in the text, each with a number of its own; one is asked for.',
    },
  ],
  answerTokens: (values) => 24 + 10 * (numberValue(values, 'hops') + 1),
  make(values, random, depth) {
    const hops = numberValue(values, 'hops');
    const chains = numberValue(values, 'chains');
    const names = distinct((hops + 1) * chains, () => variableName(random));
    const numbers = drawNumbers(random, chains);
    const facts = numbers.flatMap((number, chain) => {
      const own = names.slice(chain * (hops + 1), (chain + 1) * (hops + 1));
      const depths = chain === 0 ? depthsFrom(depth, hops + 1) : randomDepths(random, hops + 1);
      return own.map((name, i) => ({
        text: `VAR ${name} = ${i === 0 ? number : `VAR ${own[i - 1]}`}.`,
        depth: depths[i],
        asked: chain === 0,
      }));
    });
    return {
      facts,
      question: `Which variables have the value ${numbers[0]}?`,
      expected: names.slice(0, hops + 1),
      wrong: names.slice(hops + 1),
    };
  },
};

function variableName(random: Random): string {
  return Array.from({ length: NAME_LETTERS }, () => LETTERS[random.below(LETTERS.length)]).join('');
}
