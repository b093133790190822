import { createRandom, seedOf } from './random';

/** The haystack that no book holds: words drawn by the seed, so that nothing in it can be foreseen. */
export const RANDOM_WORDS = { id: 'random-words', title: 'Random words' };

// Common words, most of them one token of the embedded model.
const WORDS =
  'people road table year work night morning home friend man house world bridge rest paint book story dinner letter letters numbers garden heavy bright clean broken warm soft dark small short old new long full quiet yellow purple orange fire basket doll green word bottle school bucket father box car team door flower boat shop rain tree stone mirror child hammer bird thread field baker coin scarf ring feather ladder care umbrella blanket sleep light forest wooden island horse coat candle river life wheel farm valley market chair castle rabbit lantern land flute fish meadow drink spoon goat brush toy map whistle knife bear shell sheep dog cow owl rope frog pig turtle puzzle bread museum library pond hill mountain street window music winter summer wind sister brother doctor soldier king queen village tower harbor orchard cave path learn walk open close carry look find keep bring write read tell hear buy eat swim climb lead ask hope grow wait under over behind near after before again soon always never often slowly quickly'.split(
    ' ',
  );
const SHORTEST = 4;
const LONGEST = 12;
/** Where a prompt has no length of its own. */
const USUAL_WORDS = 512;

/**
 * Sentences of random words.
 * @param length tokens wanted; no word is less than one
 */
export function randomWords(seed: number, length: number | null): string {
  const random = createRandom(seedOf(RANDOM_WORDS.id, seed));
  const sentences: string[] = [];
  for (let left = length ?? USUAL_WORDS; left > 0; ) {
    const count = SHORTEST + random.below(LONGEST - SHORTEST + 1);
    const sentence = Array.from({ length: count }, () => random.pick(WORDS)).join(' ');
    sentences.push(`${sentence[0].toUpperCase()}${sentence.slice(1)}.`);
    left -= count;
  }
  return sentences.join(' ');
}
