import type { TextTokenizer } from '../model/tokenizer';
import { TroubleError } from '../trouble';
import type { PreparedPrompt, PromptSpec } from './prompt-spec';
import { createRandom } from './random';
import { splitSentences } from './sentences';

/** Longer prompts than this are a mistake: no model here reads that far. */
const LONGEST = 1 << 20;

/** Ids of sentences already met: moving the needle or the length must not tokenize the text again. */
const sentenceIds = new WeakMap<TextTokenizer, Map<string, number[]>>();

/**
 * Puts a prompt together: first token, an excerpt of the haystack with the needle in it, the question.
 *
 * The excerpt has exactly as many tokens as the wished length leaves for it. It begins at a sentence that the
 * seed chooses (seed 0: at the beginning), goes on from the beginning when the text is used up, and its last
 * sentence is cut where the length is reached. The needle goes before token ⌊haystack tokens × depth / 100⌋,
 * moved back to the end of a sentence; at depth 100 it goes to the very end. Sentences, needle and question
 * are tokenized each on its own, so that no token spans two of them.
 *
 * White space around the text is dropped: a space at its end would be a token of its own, where the model
 * expects the space to begin the next word.
 *
 * @param haystackText text of `spec.haystack`
 * @param bosId the model's first token, or null where it has none
 * @throws TroubleError `bad-input` for a length that cannot hold needle and question, a depth outside 0…100,
 *   or an empty text.
 */
export function buildPrompt(
  spec: PromptSpec,
  haystackText: string,
  tokenizer: TextTokenizer,
  bosId: number | null,
): PreparedPrompt {
  const { length, depth, needle, question } = spec;
  if (!(depth >= 0 && depth <= 100)) {
    refuse(`The depth must be from 0 to 100 percent, found ${depth}.`, '50 is the middle.');
  }
  const sentences = splitSentences(haystackText.trim());
  if (sentences.length === 0) {
    refuse('The text is empty.', 'Choose one of the haystacks, or paste a text.');
  }
  const start = bosId === null ? [] : [bosId];
  const needleIds = needle.trim() === '' ? [] : tokenizer.encode(` ${needle.trim()}`);
  const questionIds =
    question.trim() === '' ? [] : tokenizer.encode(`\nQuestion: ${question.trim()}\nAnswer:`);
  const room = haystackRoom(length, start.length + needleIds.length + questionIds.length);
  const first = room === null ? 0 : firstSentence(spec.seed, sentences.length);

  const encode = cachedEncode(tokenizer);
  let haystack = takeSentences(sentences, first, room, encode, '');
  let before = sentencesBefore(haystack, depth);
  if (before === 0 && needleIds.length > 0) {
    // The first sentence now follows the needle and needs white space before it.
    haystack = takeSentences(sentences, first, room, encode, ' ');
    before = 0;
  }
  const head = haystack.slice(0, before).flat();
  const tail = haystack.slice(before).flat();
  const ids = Uint32Array.from([...start, ...head, ...needleIds, ...tail, ...questionIds]);
  const needleFrom = start.length + head.length;
  const hasNeedle = needleIds.length > 0;
  return {
    spec,
    ids,
    pieces: tokenizer.piecesOf(ids),
    needleSpan: hasNeedle ? [needleFrom, needleFrom + needleIds.length] : null,
    questionSpan: questionIds.length > 0 ? [ids.length - questionIds.length, ids.length] : null,
    realisedDepth: hasNeedle ? (100 * head.length) / (head.length + tail.length) : null,
  };
}

/** Tokens left for the haystack; null: all of the text. */
function haystackRoom(length: number | null, taken: number): number | null {
  if (length === null) return null;
  if (!Number.isInteger(length) || length < 1 || length > LONGEST) {
    refuse(
      `The length must be a whole number from 1 to ${LONGEST} tokens, found ${length}.`,
      'The default is 512.',
    );
  }
  if (length <= taken) {
    throw new TroubleError(
      'bad-input',
      `The length must be at least ${taken + 1} tokens for this needle and question, found ${length}.`,
      'Choose a larger length, or a shorter needle or question.',
      [{ do: 'set-length', length: taken + 1, label: `Use ${taken + 1} tokens` }],
    );
  }
  return length - taken;
}

function firstSentence(seed: number, sentences: number): number {
  return seed === 0 ? 0 : createRandom(seed).below(sentences);
}

/**
 * Ids of one sentence after the other, the last one cut to the room.
 * @param lead white space before the first one
 */
function takeSentences(
  sentences: string[],
  first: number,
  room: number | null,
  encode: (sentence: string) => number[],
  lead: string,
): number[][] {
  const taken = [encode(lead + sentences[first].trimStart())];
  if (room === null) {
    for (const sentence of sentences.slice(first + 1)) taken.push(encode(sentence));
    return taken;
  }
  let tokens = taken[0].length;
  for (let next = first + 1; tokens < room; next++) {
    const wrapped = next % sentences.length;
    const ids = encode(wrapped === 0 ? `\n${sentences[0]}` : sentences[wrapped]);
    taken.push(ids);
    tokens += ids.length;
  }
  const last = taken[taken.length - 1];
  taken[taken.length - 1] = last.slice(0, last.length - (tokens - room));
  return taken;
}

/** How many sentences come before the needle. */
function sentencesBefore(haystack: number[][], depth: number): number {
  if (depth === 100) return haystack.length;
  const tokens = haystack.reduce((sum, { length }) => sum + length, 0);
  let left = Math.floor((tokens * depth) / 100);
  const beyond = haystack.findIndex(({ length }) => {
    left -= length;
    return left < 0;
  });
  return beyond === -1 ? haystack.length : beyond;
}

function cachedEncode(tokenizer: TextTokenizer): (sentence: string) => number[] {
  const known = sentenceIds.get(tokenizer) ?? new Map<string, number[]>();
  sentenceIds.set(tokenizer, known);
  return (sentence) => {
    let ids = known.get(sentence);
    if (!ids) {
      ids = tokenizer.encode(sentence);
      known.set(sentence, ids);
    }
    return ids;
  };
}

function refuse(what: string, advice: string): never {
  throw new TroubleError('bad-input', what, advice);
}
