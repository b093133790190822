import type { ChatFrame } from '../model/chat-template';
import type { TextTokenizer } from '../model/tokenizer';
import { TroubleError } from '../trouble';
import { inOrder, sentencesBefore } from './placement';
import type { PlacedNeedle, PreparedPrompt, PromptSpec } from './prompt-spec';
import { createRandom } from './random';
import type { AnswerCheck } from './score';
import { splitSentences } from './sentences';
import { makeTask, taskTexts } from './tasks/registry';
import type { HiddenFact } from './tasks/task';

/** Longer prompts than this are a mistake: no model here reads that far. */
const LONGEST = 1 << 20;
/** Sentences to remember: more than the longest bundled text has. */
const MOST_SENTENCES = 100_000;

/** Ids of sentences already met: moving a needle or the length must not tokenize the text again. */
const sentenceIds = new WeakMap<TextTokenizer, Map<string, number[]>>();

/** What is hidden and asked. */
interface Hidden {
  facts: Pick<HiddenFact, 'text' | 'depth' | 'asked'>[];
  question: string;
  check: AnswerCheck | null;
}

/**
 * Puts a prompt together: first token, an excerpt of the haystack with the needles in it, the question.
 *
 * The excerpt has exactly as many tokens as the wished length leaves for it. It begins at a sentence that the
 * seed chooses (seed 0: at the beginning), goes on from the beginning when the text is used up, and its last
 * sentence is cut where the length is reached. `placement.ts` says where needles go. Sentences, needles and
 * question are tokenized each on its own, so that no token spans two of them.
 *
 * White space around the text is dropped: a space at its end would be a token of its own, where the model
 * expects the space to begin the next word.
 *
 * @param haystackText text of `spec.haystack`
 * @param bosId the model's first token, or null where it has none
 * @param frame what a chat template puts around excerpt and question; its own first token replaces the model's
 * @throws TroubleError `bad-input` for a length that cannot hold needles and question, a depth outside 0…100,
 *   an empty text, or a task that does not exist.
 */
export function buildPrompt(
  spec: PromptSpec,
  haystackText: string,
  tokenizer: TextTokenizer,
  bosId: number | null,
  frame: ChatFrame | null = null,
): PreparedPrompt {
  const { length, depth } = spec;
  if (!(depth >= 0 && depth <= 100)) {
    refuse(`The depth must be from 0 to 100 percent, found ${depth}.`, '50 is the middle.');
  }
  const sentences = splitSentences(haystackText.trim());
  if (sentences.length === 0) {
    refuse('The text is empty.', 'Choose one of the haystacks, or paste a text.');
  }
  const { facts, question, check } = hiddenIn(spec);
  const bos = bosId === null ? [] : [bosId];
  const start = frame ? tokenizer.encode(frame.before) : bos;
  const end = frame ? tokenizer.encode(frame.after) : [];
  const needles = inOrder(facts).map(({ text, ...where }) => ({
    ...where,
    ids: tokenizer.encode(` ${text}`),
  }));
  const questionIds = question === '' ? [] : tokenizer.encode(`\nQuestion: ${question}\nAnswer:`);
  const needleTokens = needles.reduce((sum, { ids }) => sum + ids.length, 0);
  const room = haystackRoom(length, start.length + needleTokens + questionIds.length + end.length);
  const first = room === null ? 0 : firstSentence(spec.seed, sentences.length);

  const encode = cachedEncode(tokenizer);
  const take = (lead: string) => takeSentences(sentences, first, room, encode, lead);
  const placeIn = (haystack: number[][]) => {
    const counts = haystack.map((sentence) => sentence.length);
    return needles.map((needle) => sentencesBefore(counts, needle.depth));
  };
  let haystack = take('');
  let places = placeIn(haystack);
  if (places[0] === 0) {
    // The first sentence now follows a needle and needs white space before it.
    haystack = take(' ');
    const again = placeIn(haystack);
    places = places.map((place, i) => (place === 0 ? 0 : again[i]));
  }
  const { ids, placed } = merge(start, haystack, needles, places);
  const asks = ids.length;
  for (const id of [...questionIds, ...end]) ids.push(id);
  const asked = placed.find((needle) => needle.asked);
  return {
    spec: spec.task ? { ...spec, ...taskTexts(spec.task, spec.seed, depth) } : spec,
    ids: Uint32Array.from(ids),
    pieces: tokenizer.piecesOf(ids),
    needles: placed,
    needleSpan: asked?.span ?? null,
    questionSpan: questionIds.length > 0 ? [asks, ids.length] : null,
    frame,
    realisedDepth: asked?.depth ?? null,
    check,
  };
}

/**
 * Start, haystack and needles in one line of ids.
 * @param places sentences before each needle, ascending
 */
function merge(
  start: number[],
  haystack: number[][],
  needles: { ids: number[]; asked: boolean }[],
  places: number[],
): { ids: number[]; placed: PlacedNeedle[] } {
  const ids = [...start];
  const placed: PlacedNeedle[] = [];
  const total = haystack.reduce((sum, sentence) => sum + sentence.length, 0);
  let read = 0;
  for (let place = 0; place <= haystack.length; place++) {
    while (places[placed.length] === place) {
      const { ids: needle, asked } = needles[placed.length];
      const span: [number, number] = [ids.length, ids.length + needle.length];
      placed.push({ span, depth: (100 * read) / total, asked });
      for (const id of needle) ids.push(id);
    }
    const sentence = haystack[place] ?? [];
    for (const id of sentence) ids.push(id);
    read += sentence.length;
  }
  return { ids, placed };
}

function hiddenIn({ task, seed, depth, needle, question, expected }: PromptSpec): Hidden {
  if (task) {
    const { facts, question: asked, ...check } = makeTask(task, seed, depth);
    return { facts, question: asked, check };
  }
  const text = needle.trim();
  return {
    facts: text === '' ? [] : [{ text, depth, asked: true }],
    question: question.trim(),
    check: expected === '' ? null : { expected: [expected] },
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

function cachedEncode(tokenizer: TextTokenizer): (sentence: string) => number[] {
  const known = sentenceIds.get(tokenizer) ?? new Map<string, number[]>();
  sentenceIds.set(tokenizer, known);
  return (sentence) => {
    let ids = known.get(sentence);
    if (!ids) {
      ids = tokenizer.encode(sentence);
      // Random words never come again; a text that does is soon known once more.
      if (known.size >= MOST_SENTENCES) known.clear();
      known.set(sentence, ids);
    }
    return ids;
  };
}

function refuse(what: string, advice: string): never {
  throw new TroubleError('bad-input', what, advice);
}
