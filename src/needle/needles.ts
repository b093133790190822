import { createRandom, type Random } from './random';
import { CITIES, CODES, COLORS, digits, FAVORITES, PEOPLE, PLACES, THINGS, WORDS } from './words';

/** A fact to hide, the question that asks for it, and what a correct answer contains. */
export interface Needle {
  needle: string;
  question: string;
  expected: string;
}

/** The kinds of facts whose form the embedded model knows, in the order in which seeds take them. */
const KINDS: ((random: Random) => Needle)[] = [
  (random) => {
    const what = `${random.pick(CODES)} of ${random.pick(CITIES)}`;
    const code = digits(random);
    return {
      needle: `The ${what} is ${code}.`,
      question: `What is the ${what}?`,
      expected: code,
    };
  },
  (random) => {
    const what = `special magic number for ${random.pick(WORDS)}`;
    const number = digits(random);
    return {
      needle: `The ${what} is ${number}.`,
      question: `What is the ${what}?`,
      expected: number,
    };
  },
  (random) => {
    const [category, values] = random.pick(FAVORITES);
    const what = `favorite ${category} of ${random.pick(PEOPLE)}`;
    const value = random.pick(values);
    return {
      needle: `The ${what} is ${value}.`,
      question: `What is the ${what}?`,
      expected: value,
    };
  },
  (random) => {
    const thing = `${random.pick(COLORS)} ${random.pick(THINGS)}`;
    const owner = random.pick(PEOPLE);
    return {
      needle: `The ${thing} belongs to ${owner}.`,
      question: `Who owns the ${thing}?`,
      expected: owner,
    };
  },
  (random) => {
    const thing = `${random.pick(COLORS)} ${random.pick(THINGS)}`;
    const place = random.pick(PLACES);
    return {
      needle: `The ${thing} is hidden in the ${place}.`,
      question: `Where is the ${thing}?`,
      expected: place,
    };
  },
];

/** The needle of a seed: always the same one. Seeds go through the kinds of facts in turn. */
export function generateNeedle(seed: number): Needle {
  const kinds = KINDS.length;
  const kind = KINDS[((Math.trunc(seed) % kinds) + kinds) % kinds];
  return kind(createRandom(seed));
}
