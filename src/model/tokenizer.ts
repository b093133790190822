import { Tokenizer } from '@huggingface/tokenizers';
import { TroubleError } from '../trouble';
import { checkTokenizer, patternsOf } from './tokenizer-check';

/** Text to token ids and back, after a model's `tokenizer.json`. */
export interface TextTokenizer {
  /** Id that it puts before every text, or null; configs name a first token that many models never saw. */
  bosId: number | null;
  /** Its regular expressions: they came with the model, and some take forever. */
  patterns: string[];
  /** Ids of a text, without special tokens. A space before a word belongs to the word. */
  encode(text: string): number[];
  /** The text of one token; a special token gives its name, half a character gives "\ufffd". */
  pieceOf(id: number): string;
  /** The text of each token of a sequence; joined they are the text, also where characters span tokens. */
  piecesOf(ids: Iterable<number>): string[];
  /** The text of a sequence, without special tokens. */
  decode(ids: Iterable<number>): string;
}

/**
 * @param tokenizerJson parsed `tokenizer.json`
 * @param tokenizerConfig parsed `tokenizer_config.json`; null where there is none
 * @throws TroubleError `model-damaged` where they are not a tokenizer
 */
export function createTokenizer(tokenizerJson: unknown, tokenizerConfig: unknown): TextTokenizer {
  checkTokenizer(tokenizerJson);
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(tokenizerJson as object, (tokenizerConfig ?? {}) as object);
    tokenizer.encode('a');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TroubleError(
      'model-damaged',
      `tokenizer.json: expected a tokenizer of the Hugging Face format, found one that fails: ${reason}.`,
      'Fetch the model again, or choose another one.',
    );
  }
  const plain = (text: string) => tokenizer.encode(text, { add_special_tokens: false }).ids;
  const special = new Set(
    [...tokenizer.get_added_tokens_decoder()]
      .filter(([, token]) => token.special)
      .map(([id]) => id),
  );
  const names = new Map([...tokenizer.get_vocab(true)].map(([name, id]) => [id, name]));
  const bytesOf = tokenBytes(tokenizerJson);
  const known = new Map<number, Uint8Array>();
  const bytes = (id: number) => {
    let found = known.get(id);
    if (!found) {
      const name = names.get(id) ?? '';
      found = special.has(id) ? new TextEncoder().encode(name) : bytesOf(name);
      known.set(id, found);
    }
    return found;
  };
  // Tokenizers of the SentencePiece kind put a space before the first word. Texts come here in parts, each
  // with its own white space, so that space must not be there twice.
  const first = plain('a')[0];
  const prepends = first !== undefined && bytes(first)[0] === 0x20;

  const piecesOf = (ids: Iterable<number>) => {
    const decoder = new TextDecoder();
    const pieces = Array.from(ids, (id) => decoder.decode(bytes(id), { stream: true }));
    const rest = decoder.decode();
    if (rest !== '') pieces[pieces.length - 1] += rest;
    return pieces;
  };
  const [firstOfText] = tokenizer.encode('a').ids;
  return {
    bosId: firstOfText === undefined || firstOfText === first ? null : firstOfText,
    patterns: patternsOf(tokenizerJson),
    encode: (text) => plain(prepends && text.startsWith(' ') ? text.slice(1) : text),
    pieceOf: (id) => new TextDecoder().decode(bytes(id)),
    piecesOf,
    decode: (ids) => piecesOf(Array.from(ids).filter((id) => !special.has(id))).join(''),
  };
}

/** How names in the vocabulary stand for bytes: by GPT-2's table of characters, or as plain text. */
function tokenBytes(tokenizerJson: unknown): (name: string) => Uint8Array {
  const { decoder } = tokenizerJson as { decoder?: unknown };
  if (JSON.stringify(decoder ?? null).includes('"ByteLevel"')) {
    const table = byteLevelTable();
    // Characters outside the table come from added tokens, whose names are their text.
    return (name) =>
      Uint8Array.from(
        [...name].flatMap((char) => table.get(char) ?? [...new TextEncoder().encode(char)]),
      );
  }
  return (name) => {
    const byte = /^<0x([0-9A-F]{2})>$/.exec(name);
    return byte
      ? Uint8Array.of(Number.parseInt(byte[1], 16))
      : new TextEncoder().encode(name.replaceAll('\u2581', ' '));
  };
}

/** GPT-2's table: printable Latin-1 characters stand for themselves, the other bytes follow from U+0100. */
export function byteLevelTable(): Map<string, number> {
  const table = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    table.set(String.fromCharCode(printable ? byte : next++), byte);
  }
  return table;
}
