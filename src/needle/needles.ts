import { createRandom, type Random } from './random';

/** A fact to hide, the question that asks for it, and what a correct answer contains. */
export interface Needle {
  needle: string;
  question: string;
  expected: string;
}

// Names that the embedded model never saw in a needle while it was trained, so that it has to read the text.
const CITIES =
  'Kyoto Marrakesh Reykjavik Santiago Casablanca Edinburgh Florence Singapore Bucharest Honolulu Tashkent Winnipeg Dresden Nagasaki Montevideo Tulsa'.split(
    ' ',
  );
const PEOPLE =
  'Beatrice Matilda Svetlana Guadalupe Sakura Winifred Rosalind Penelope Gareth Rupert Cedric Dmitri Ahmed Takeshi Wendell Quentin'.split(
    ' ',
  );
const WORDS =
  'emerald panther sapphire compass lavender meteor penguin tornado volcano whisper lobster mustard trumpet diamond'.split(
    ' ',
  );
const CODES = ['secret code', 'access code', 'password', 'lucky number', 'room number'];
const FAVORITES: [category: string, values: string[]][] = [
  ['fruit', ['mango', 'cherry', 'grape', 'melon', 'orange', 'plum', 'kiwi', 'papaya']],
  ['drink', ['tea', 'coffee', 'milk', 'juice', 'cider', 'cocoa', 'lemonade']],
  ['sport', ['tennis', 'hockey', 'chess', 'golf', 'rowing', 'cricket', 'skating']],
  ['flower', ['rose', 'tulip', 'lily', 'daisy', 'orchid', 'violet', 'iris']],
  ['instrument', ['piano', 'violin', 'guitar', 'drum', 'flute', 'cello', 'harp']],
];
const COLORS = 'red blue green yellow white black brown pink purple silver golden'.split(' ');
const THINGS = 'kite key lamp drum flute clock coin shell feather bell candle letter lantern'.split(
  ' ',
);
const PLACES =
  'park garden forest market library harbor village museum castle meadow orchard tower cave lighthouse'.split(
    ' ',
  );

function digits(random: Random): string {
  return String(10_000 + random.below(90_000));
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
