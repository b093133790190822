import type { Random } from './random';

/**
 * Where needles go. The rules, all of them:
 *
 * 1. A depth is a percentage of the haystack's own tokens: needles, question and the model's first token do not
 *    count. A needle of depth d goes before token ⌊tokens × d / 100⌋ of the haystack, moved back to the end of
 *    the sentence before it, so that sentences stay whole. With no sentence end before it, it moves back to the
 *    very beginning. Depth 100 is the very end, also where the excerpt stops inside a sentence.
 * 2. The realised depth is that of the place found: haystack tokens before the needle ÷ all haystack tokens.
 *    It is never more than the depth asked for.
 * 3. Several needles that belong together (the values of one key, the links of a chain) begin at the depth and
 *    follow at equal steps: needle i of m is asked for at d + i × (100 − d) / m percent. So at depth 0 they are
 *    spread over the whole haystack, at depth 100 all stand at its end.
 * 4. Needles that land at the same place stand there in the order of their depths, equal depths in the order
 *    given.
 *
 * After the needle-in-a-haystack test (Kamradt, 2023), with a table of sentence ends in place of the token ".",
 * which many tokenizers merge with what is around it.
 */

/** Rule 3: depths of `count` needles that belong together, in percent. */
export function depthsFrom(depth: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => depth + (i * (100 - depth)) / count);
}

/** Depths of needles that only distract: anywhere, ascending so that a chain keeps its direction. */
export function randomDepths(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.next() * 100).sort((a, b) => a - b);
}

/**
 * Rules 1 and 2.
 * @param sentences tokens of each sentence of the haystack
 * @returns how many sentences come before the needle
 */
export function sentencesBefore(sentences: number[], depth: number): number {
  if (depth === 100) return sentences.length;
  const tokens = sentences.reduce((sum, count) => sum + count, 0);
  let left = Math.floor((tokens * depth) / 100);
  const beyond = sentences.findIndex((count) => {
    left -= count;
    return left < 0;
  });
  return beyond === -1 ? sentences.length : beyond;
}

/** Rule 4: the needles in the order in which the text has them. */
export function inOrder<T extends { depth: number }>(needles: T[]): T[] {
  return needles.toSorted((a, b) => a.depth - b.depth);
}
