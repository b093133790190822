import { numberValue } from '../../strategies/schema';
import { depthsFrom } from '../placement';
import { chainFacts, DIRECTION_PARAMETER, drawChains, HOPS_PARAMETER, LINK_TOKENS } from './chains';
import { NEEDLE_THREADING } from './papers';
import type { Task } from './task';

export const threading: Task = {
  id: 'threading',
  title: 'Threading',
  summary:
    'A chain is hidden link by link: a thing is in a box, the box in another, the last one at a place. Each link names only the next, so links that look unimportant while the text is read turn out to be needed.',
  tryThis:
    'Compare H2O and SnapKV at two hops and at six: what nobody asked about yet is what they drop.',
  scoring:
    'Right when the first line of the answer names the place at the end of the chain; score: share of the words of all stations.',
  paper: NEEDLE_THREADING,
  parameters: [HOPS_PARAMETER, DIRECTION_PARAMETER],
  answerTokens: (values) => 16 + LINK_TOKENS * numberValue(values, 'hops'),
  make(values, random, depth) {
    const hops = numberValue(values, 'hops');
    const [chain] = drawChains(random, 1, hops);
    const depths = depthsFrom(depth, hops);
    return {
      facts: chainFacts(chain, String(values.direction), random, depths, true),
      question: `How can we find the ${chain[0]}?`,
      expected: chain.slice(1),
      lastDecides: true,
    };
  },
};
