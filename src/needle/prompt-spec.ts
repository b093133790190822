/** Where the long text comes from. */
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
  /** Chooses the excerpt of the haystack. */
  seed: number;
}

/** A prompt as the model reads it. */
export interface PreparedPrompt {
  spec: PromptSpec;
  ids: Uint32Array;
  /** The text of each token; joined they are the prompt. */
  pieces: string[];
  /** Token range [from, to) of the needle, or null. */
  needleSpan: [number, number] | null;
  /** Token range [from, to) of question and answer prefix, or null. */
  questionSpan: [number, number] | null;
  /** Where the needle really is, in percent of the haystack's tokens, or null. */
  realisedDepth: number | null;
}
