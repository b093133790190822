import type { PreparedPrompt } from './prompt-spec';

/** Length of a document where the text has no lines of its own. */
const DOCUMENT_TOKENS = 64;

/**
 * Where the documents of a prompt begin, in tokens: at its lines, the first after the model's own first token;
 * a text without line breaks is cut into pieces of 64 tokens. The question belongs to none.
 */
export function documentStarts({ pieces, questionSpan }: PreparedPrompt): number[] {
  const context = questionSpan?.[0] ?? pieces.length;
  const starts: number[] = [];
  for (let token = 2; token < context; token++) {
    if (pieces[token - 1].includes('\n') && !pieces[token].includes('\n')) starts.push(token);
  }
  if (starts.length === 0) {
    for (let token = 1 + DOCUMENT_TOKENS; token < context; token += DOCUMENT_TOKENS) {
      starts.push(token);
    }
  }
  return context > 1 ? [1, ...starts] : [];
}
