import type { ChoiceParameter, NumberParameter } from '../../strategies/schema';
import { distinct, type Random, shuffled } from '../random';
import { COLORS, CONTAINERS, PLACES, THINGS } from '../words';
import type { HiddenFact } from './task';

/** Tokens of an answer for each link of a chain. */
export const LINK_TOKENS = 14;

export const HOPS_PARAMETER: NumberParameter = {
  kind: 'integer',
  name: 'hops',
  title: 'Hops',
  unit: 'links',
  min: 1,
  max: 25,
  step: 1,
  default: 2,
  meaning: 'Links from the thing to its place; the embedded model learned chains of two and three.',
};

export const DIRECTION_PARAMETER: ChoiceParameter = {
  kind: 'choice',
  name: 'direction',
  title: 'Direction',
  unit: '',
  options: [
    { value: 'forward', title: 'Forward' },
    { value: 'backward', title: 'Backward' },
    { value: 'random', title: 'Random' },
  ],
  default: 'forward',
  meaning:
    'Order of the links in the text; backward, each link stands before the one that leads to it.',
};

/**
 * Chains of stations without one in common: a thing, boxes, a place.
 * @returns [chain][hops + 1 stations]
 */
export function drawChains(random: Random, chains: number, hops: number): string[][] {
  const coloured = (nouns: string[]) => () => `${random.pick(COLORS)} ${random.pick(nouns)}`;
  const things = distinct(chains, coloured(THINGS));
  const boxes = distinct(chains * (hops - 1), coloured(CONTAINERS));
  const places = distinct(chains, () => random.pick(PLACES));
  return things.map((thing, chain) => [
    thing,
    ...boxes.slice(chain * (hops - 1), (chain + 1) * (hops - 1)),
    places[chain],
  ]);
}

/** One sentence a link. */
export function chainFacts(
  chain: string[],
  direction: string,
  random: Random,
  depths: number[],
  asked: boolean,
): HiddenFact[] {
  const links = chain.slice(1).map((to, i) => `The ${chain[i]} is in the ${to}.`);
  return ordered(links, direction, random).map((text, i) => ({ text, depth: depths[i], asked }));
}

function ordered(links: string[], direction: string, random: Random): string[] {
  if (direction === 'random') return shuffled(random, links);
  return direction === 'backward' ? links.toReversed() : links;
}
