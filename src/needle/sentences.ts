/**
 * A sentence ends at a line's end, or after . ! ? (and what closes behind it) where white space and something
 * that can begin a sentence follow. The white space stays with the sentence that it leads to, because there a
 * tokenizer wants it: the embedded model read its texts with " " before a sentence and "\n" before a paragraph.
 */
const BOUNDARY = /(?<=\S)(?=\s*\n\s*\S)|(?<=[.!?]["')\]]*)(?=\s+["'([]*[\p{Lu}\p{N}])/gu;

/** Cuts a text into sentences without losing a character: joined they are the text. */
export function splitSentences(text: string): string[] {
  return text.split(BOUNDARY).filter((sentence) => sentence !== '');
}
