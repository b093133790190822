import type { TextTokenizer } from '../model/tokenizer';
import { TroubleError } from '../trouble';
import type { HaystackRef } from './prompt-spec';
import { splitSentences } from './sentences';

/** A stretch of a text, read as it stands. */
export interface PassageSpec {
  haystack: HaystackRef;
  /** Where it begins, in percent of the text's characters, moved back to the beginning of a sentence. */
  start: number;
  /** Tokens, the model's first token included; fewer where the text ends before. */
  length: number;
}

/** Fewer predict nothing. */
const SHORTEST = 2;

/**
 * Ids of a passage: the model's first token, then sentence after sentence, each tokenized on its own as in
 * prompts. It does not begin anew at the end of the text: what was read before would be easy to predict.
 *
 * @param text text of `spec.haystack`
 * @param bosId the model's first token, or null where it has none
 * @throws TroubleError `bad-input` for a start outside 0…100, a length below 2, or nothing behind the start.
 */
export function passageIds(
  { start, length }: Omit<PassageSpec, 'haystack'>,
  text: string,
  tokenizer: TextTokenizer,
  bosId: number | null,
): Uint32Array {
  if (!(start >= 0 && start <= 100)) {
    refuse(`The start must be from 0 to 100 percent, found ${start}.`, '0 is the beginning.');
  }
  if (!Number.isInteger(length) || length < SHORTEST) {
    refuse(
      `The length must be a whole number of at least ${SHORTEST} tokens, found ${length}.`,
      'The default is 1024.',
    );
  }
  const ids: number[] = bosId === null ? [] : [bosId];
  for (const sentence of sentencesFrom(text.trim(), start)) {
    if (ids.length >= length) break;
    ids.push(...tokenizer.encode(sentence));
  }
  if (ids.length < SHORTEST) {
    refuse('There is no text behind the start.', 'Choose an earlier start, or another text.');
  }
  return Uint32Array.from(ids.slice(0, length));
}

/** The sentence that holds the character at `start` percent, and those after it. */
function sentencesFrom(text: string, start: number): string[] {
  const sentences = splitSentences(text);
  const wanted = (text.length * start) / 100;
  let passed = 0;
  const first = sentences.findIndex((sentence) => {
    passed += sentence.length;
    return passed > wanted;
  });
  if (first < 0) return [];
  const [opening, ...rest] = sentences.slice(first);
  return [opening.trimStart(), ...rest];
}

function refuse(what: string, advice: string): never {
  throw new TroubleError('bad-input', what, advice);
}
