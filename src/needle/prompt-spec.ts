import type { ChatFrame } from '../model/chat-template';
import type { AnswerCheck } from './score';
import type { TaskChoice } from './tasks/task';

/** Where the long text comes from; the id `random-words` stands for words that the seed draws. */
export type HaystackRef = { id: string } | { text: string; title: string };

/** Everything that decides a prompt, as plain data; the same spec gives the same token ids. */
export interface PromptSpec {
  haystack: HaystackRef;
  /** Wished length of the whole prompt in tokens (first token, needle and question included); null: all of the text. */
  length: number | null;
  /** Where the needle goes, in percent of the haystack's tokens; it moves back to the end of a sentence. */
  depth: number;
  /** The fact to hide. Empty: nothing is inserted. */
  needle: string;
  /** The question asked after the text. Empty: the model just goes on with the text. */
  question: string;
  /** What a correct answer contains. Empty: the answer is not judged. */
  expected: string;
  /** Chooses the excerpt of the haystack, and what a task hides. */
  seed: number;
  /** What is hidden and asked comes from a task and the seed; needle, question and expected are not read then. */
  task?: TaskChoice;
  /** Text and question are the user's message in the model's chat template. */
  chat?: boolean;
}

/** A needle where it ended up. */
export interface PlacedNeedle {
  /** Token range [from, to). */
  span: [number, number];
  /** Where it really is, in percent of the haystack's tokens. */
  depth: number;
  /** The answer needs it; the others only look like it. */
  asked: boolean;
}

/** A prompt as the model reads it. */
export interface PreparedPrompt {
  /** What was asked for; with a task, needle, question and expected say what the seed made of it. */
  spec: PromptSpec;
  ids: Uint32Array;
  /** The text of each token; joined they are the prompt. */
  pieces: string[];
  /** All needles in the order of the text. */
  needles: PlacedNeedle[];
  /** Token range [from, to) of the first needle that the answer needs, or null. */
  needleSpan: [number, number] | null;
  /** Token range [from, to) of question and answer prefix, with what a chat template adds; or null. */
  questionSpan: [number, number] | null;
  /** Where that needle really is, in percent of the haystack's tokens, or null. */
  realisedDepth: number | null;
  /** What the chat template put around the text, or null. */
  frame: ChatFrame | null;
  /** What makes an answer right, or null: it is not judged. */
  check: AnswerCheck | null;
}
