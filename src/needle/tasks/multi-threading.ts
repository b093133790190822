import { numberValue } from '../../strategies/schema';
import { depthsFrom, randomDepths } from '../placement';
import { chainFacts, DIRECTION_PARAMETER, drawChains, HOPS_PARAMETER, LINK_TOKENS } from './chains';
import { NEEDLE_THREADING } from './papers';
import type { Task } from './task';

export const multiThreading: Task = {
  id: 'multi-threading',
  title: 'Multi-threading',
  summary:
    'Several chains lie in the text at the same time, their links mixed. Asked for one, the others distract; asked for all, the model has to follow them one after the other.',
  tryThis: 'Raise the number of threads with short chains: then every link looks like every other.',
  scoring:
    'Right when the first line of the answer names the place at the end of each chain asked for; score: share of these places.',
  paper: NEEDLE_THREADING,
  parameters: [
    {
      kind: 'integer',
      name: 'threads',
      title: 'Threads',
      unit: 'chains',
      min: 2,
      // There are 14 places, and each chain ends at one of its own.
      max: 14,
      step: 1,
      default: 3,
      meaning: 'Chains in the text; those that are not asked for stand at places drawn at random.',
    },
    { ...HOPS_PARAMETER, max: 8 },
    DIRECTION_PARAMETER,
    {
      kind: 'choice',
      name: 'ask',
      title: 'Ask for',
      unit: '',
      options: [
        { value: 'one', title: 'One thread' },
        { value: 'all', title: 'All threads' },
      ],
      default: 'one',
      meaning: 'The embedded model learned to answer for one.',
    },
  ],
  answerTokens: (values) => {
    const asked = values.ask === 'all' ? numberValue(values, 'threads') : 1;
    return 16 + LINK_TOKENS * numberValue(values, 'hops') * asked;
  },
  make(values, random, depth) {
    const hops = numberValue(values, 'hops');
    const chains = drawChains(random, numberValue(values, 'threads'), hops);
    const direction = String(values.direction);
    const asked = values.ask === 'all' ? chains : chains.slice(0, 1);
    const facts = chains.map((chain, i) => {
      const depths = i < asked.length ? depthsFrom(depth, hops) : randomDepths(random, hops);
      return chainFacts(chain, direction, random, depths, i < asked.length);
    });
    const things = asked.map(([thing]) => `the ${thing}`).join(' and ');
    return {
      facts: facts.flat(),
      question: `How can we find ${things}?`,
      expected: asked.map((chain) => chain[hops]),
    };
  },
};
