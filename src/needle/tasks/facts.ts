import type { ChoiceParameter } from '../../strategies/schema';
import { distinct, type Random } from '../random';
import { CITIES, CODES, digits, FAVORITES, PEOPLE, PLACES, WORDS } from '../words';

/** A sentence that gives a name a value, and the question after it. */
export interface Fact {
  text: string;
  question: string;
  value: string;
}

export const VALUE_PARAMETER: ChoiceParameter = {
  kind: 'choice',
  name: 'value',
  title: 'Value',
  unit: '',
  options: [
    { value: 'number', title: 'Number' },
    { value: 'word', title: 'Word' },
    { value: 'passphrase', title: 'Passphrase of three words' },
    { value: 'sentence', title: 'Half a sentence' },
  ],
  default: 'number',
  meaning: 'What the answer is made of: longer values must be copied for longer without a slip.',
};

/** Tokens of a whole answer, for each kind of value. */
const ANSWER_TOKENS = { number: 24, word: 24, passphrase: 36, sentence: 48 };
type ValueKind = keyof typeof ANSWER_TOKENS;

/** What relates a name to a value: "The … NAME is VALUE." */
interface Relation {
  phrase: string;
  name(): string;
  value(): string;
}

const SYLLABLES =
  'ba bel cor da dra fen gal gri hel ka kor lan lor mar mi nor pa qua ra sel tar tel ur va wen zel'.split(
    ' ',
  );
const ADJECTIVES = 'small old warm heavy quiet tiny lovely'.split(' ');
const FOODS = 'pie soup potato carrot apple peach egg'.split(' ');
const ANIMALS = 'dog cat bird rabbit turtle donkey duck'.split(' ');
const ACTS: ((random: Random) => string)[] = [
  (random) => `eat a ${random.pick(ADJECTIVES)} ${random.pick(FOODS)}`,
  (random) => `sit in the ${random.pick(ADJECTIVES)} ${random.pick(PLACES)}`,
  (random) => `watch the ${random.pick(ANIMALS)}s`,
  (random) => `walk to the ${random.pick(PLACES)}`,
  (random) => `play chess with ${random.pick(PEOPLE)}`,
];

/** Facts of one relation about different names with different values: only the name tells which is asked for. */
export function drawFacts(kind: string, count: number, random: Random): Fact[] {
  const { phrase, name, value } = relationOf(kind as ValueKind, count, random);
  const values = distinct(count, value);
  return distinct(count, name).map((who, i) => ({
    text: `The ${phrase} ${who} is ${values[i]}.`,
    question: `What is the ${phrase} ${who}?`,
    value: values[i],
  }));
}

export function answerTokens(kind: string): number {
  return ANSWER_TOKENS[kind as ValueKind];
}

function relationOf(kind: ValueKind, count: number, random: Random): Relation {
  const word = () => random.pick(WORDS);
  const name = () => (random.below(2) === 0 ? random.pick(CITIES) : newName(random));
  switch (kind) {
    case 'number': {
      const phrase = random.pick([
        ...CODES.map((code) => `${code} of`),
        'special magic number for',
      ]);
      return { phrase, name, value: () => digits(random) };
    }
    case 'word': {
      const [category, values] = random.pick(
        FAVORITES.filter(([, list]) => list.length >= count),
      ) ?? ['word', WORDS];
      // More facts than there are words: new words, too.
      const enough = values.length >= count;
      return {
        phrase: `favorite ${category} of`,
        name: () => (random.below(2) === 0 ? random.pick(PEOPLE) : newName(random)),
        value: () =>
          enough || random.below(2) === 0 ? random.pick(values) : newName(random).toLowerCase(),
      };
    }
    case 'passphrase':
      return { phrase: 'passphrase of', name, value: () => `${word()} ${word()} ${word()}` };
    case 'sentence':
      return {
        phrase: 'best thing to do in',
        name,
        value: () => {
          const [first, second] = distinct(2, () => random.pick(ACTS));
          return `${first(random)} and ${second(random)}`;
        },
      };
  }
}

/** A name that exists nowhere. */
export function newName(random: Random): string {
  const syllables = Array.from({ length: 2 + random.below(2) }, () => random.pick(SYLLABLES));
  const [first, ...rest] = syllables.join('');
  return first.toUpperCase() + rest.join('');
}
