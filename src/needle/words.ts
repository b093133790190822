/**
 * What needles are made of. Cities, people and words are some that the embedded model never saw in a needle
 * while it was trained, so that it has to read the text; the forms around them are those that it knows.
 */
import type { Random } from './random';

export const CITIES =
  'Kyoto Marrakesh Reykjavik Santiago Casablanca Edinburgh Florence Singapore Bucharest Honolulu Tashkent Winnipeg Dresden Nagasaki Montevideo Tulsa'.split(
    ' ',
  );
export const PEOPLE =
  'Beatrice Matilda Svetlana Guadalupe Sakura Winifred Rosalind Penelope Gareth Rupert Cedric Dmitri Ahmed Takeshi Wendell Quentin'.split(
    ' ',
  );
export const WORDS =
  'emerald panther sapphire compass lavender meteor penguin tornado volcano whisper lobster mustard trumpet diamond'.split(
    ' ',
  );
export const CODES = ['secret code', 'access code', 'password', 'lucky number', 'room number'];
export const FAVORITES: [category: string, values: string[]][] = [
  ['fruit', ['mango', 'cherry', 'grape', 'melon', 'orange', 'plum', 'kiwi', 'papaya']],
  ['drink', ['tea', 'coffee', 'milk', 'juice', 'cider', 'cocoa', 'lemonade']],
  ['sport', ['tennis', 'hockey', 'chess', 'golf', 'rowing', 'cricket', 'skating']],
  ['flower', ['rose', 'tulip', 'lily', 'daisy', 'orchid', 'violet', 'iris']],
  ['instrument', ['piano', 'violin', 'guitar', 'drum', 'flute', 'cello', 'harp']],
];
export const COLORS = 'red blue green yellow white black brown pink purple silver golden'.split(
  ' ',
);
export const THINGS =
  'kite key lamp drum flute clock coin shell feather bell candle letter lantern'.split(' ');
export const PLACES =
  'park garden forest market library harbor village museum castle meadow orchard tower cave lighthouse'.split(
    ' ',
  );
/** What things are put into. */
export const CONTAINERS = 'jar box bag chest drawer basket bottle cup bucket case pot barrel'.split(
  ' ',
);

/** A number of five digits. */
export function digits(random: Random): string {
  return String(10_000 + random.below(90_000));
}
