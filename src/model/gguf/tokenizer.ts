/** The tokenizer inside a GGUF file, as the `tokenizer.json` that says the same. */
import type { GgufFields } from './fields';
import { splitPatterns } from './split-patterns';

/** `tokenizer.ggml.token_type`: what a token is. */
const TYPE = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 };

interface Vocabulary {
  tokens: string[];
  /** One for each token. */
  types: number[];
}

/**
 * @returns an object like a `tokenizer.json`; null where the file has no tokenizer
 * @throws TroubleError `model-unsupported` for kinds other than BPE (gpt2) and SentencePiece (llama)
 */
export function ggufTokenizer(fields: GgufFields): object | null {
  const kind = fields.text('tokenizer.ggml.model');
  const tokens = fields.texts('tokenizer.ggml.tokens');
  if (!kind || kind === 'none' || !tokens) return null;
  const types = fields.numbers('tokenizer.ggml.token_type') ?? tokens.map(() => TYPE.normal);
  if (types.length !== tokens.length) {
    fields.damaged('tokenizer.ggml.token_type', `${tokens.length} numbers`);
  }
  const vocabulary = { tokens, types };
  if (kind === 'gpt2') return bytePairs(fields, vocabulary);
  if (kind === 'llama') return sentencePieces(fields, vocabulary);
  return fields.unsupported('tokenizer.ggml.model', '"gpt2" or "llama"');
}

/** Id that texts begin with; null where they begin with none. */
export function firstToken(fields: GgufFields): number | null {
  const split = splitPatterns(fields.text('tokenizer.ggml.pre') ?? 'default');
  const usual = fields.text('tokenizer.ggml.model') === 'llama' || split?.wholeFirst === true;
  const adds = fields.flag('tokenizer.ggml.add_bos_token') ?? usual;
  return adds ? fields.number('tokenizer.ggml.bos_token_id') : null;
}

/** Merges of bytes, after the text was split by a pattern (GPT-2 and what follows it). */
function bytePairs(fields: GgufFields, { tokens, types }: Vocabulary): object {
  const merges = fields.texts('tokenizer.ggml.merges');
  if (!merges) return fields.damaged('tokenizer.ggml.merges', 'a list of texts');
  const pre = fields.text('tokenizer.ggml.pre') ?? 'default';
  const split = splitPatterns(pre);
  if (!split) return fields.unsupported('tokenizer.ggml.pre', 'the name of a known pattern');
  return {
    version: '1.0',
    added_tokens: addedTokens(tokens, types),
    normalizer: split.composed ? { type: 'NFC' } : null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        ...split.patterns.map((Regex) => ({
          type: 'Split',
          pattern: { Regex },
          behavior: 'Isolated',
          invert: false,
        })),
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: beginning(fields, tokens),
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      vocab: byName(tokens),
      merges: merges.map((merge) => merge.split(' ')),
      ignore_merges: split.wholeFirst,
    },
  };
}

/**
 * SentencePiece as llama.cpp reads it: of all neighbours that join to a token, those join first whose token
 * has the highest score. As merges: every way to cut a token in two, by the token's score.
 */
function sentencePieces(fields: GgufFields, { tokens, types }: Vocabulary): object {
  const scores = fields.numbers('tokenizer.ggml.scores');
  if (scores?.length !== tokens.length) {
    return fields.damaged('tokenizer.ggml.scores', `${tokens.length} numbers`);
  }
  if (tokens.reduce((sum, { length }) => sum + length, 0) > MOST_CHARACTERS) {
    fields.damaged('tokenizer.ggml.tokens', `at most ${MOST_CHARACTERS} characters in all`);
  }
  const unknown = types.indexOf(TYPE.unknown);
  const prefix = fields.flag('tokenizer.ggml.add_space_prefix') ?? true;
  const space = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
  return {
    version: '1.0',
    added_tokens: addedTokens(tokens, types),
    normalizer: {
      type: 'Sequence',
      normalizers: [...(prefix ? [{ type: 'Prepend', prepend: '▁' }] : []), space],
    },
    pre_tokenizer: null,
    post_processor: beginning(fields, tokens),
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(prefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
    model: {
      type: 'BPE',
      vocab: byName(tokens),
      merges: scoredMerges(tokens, types, scores),
      byte_fallback: true,
      fuse_unk: true,
      unk_token: unknown < 0 ? null : tokens[unknown],
    },
  };
}

/** More than in any known vocabulary, and still cut in seconds. */
const MOST_CHARACTERS = 1 << 23;
const LONGEST_PIECE = 512;

function scoredMerges(tokens: string[], types: number[], scores: number[]): [string, string][] {
  const joins = (id: number) => types[id] === TYPE.normal || types[id] === TYPE.userDefined;
  const known = new Set(tokens.filter((_, id) => joins(id)));
  const ids = tokens.map((_, id) => id).filter(joins);
  ids.sort((a, b) => scores[b] - scores[a] || a - b);
  return ids.flatMap((id) => {
    const characters = tokens[id].length > LONGEST_PIECE ? [] : [...tokens[id]];
    const cuts: [string, string][] = [];
    for (let cut = 1; cut < characters.length; cut++) {
      const left = characters.slice(0, cut).join('');
      const right = characters.slice(cut).join('');
      // A single character is a part to join even where it is no token.
      const leftJoins = cut === 1 || known.has(left);
      const rightJoins = cut === characters.length - 1 || known.has(right);
      if (leftJoins && rightJoins) cuts.push([left, right]);
    }
    return cuts;
  });
}

/** Puts the first token before a text. */
function beginning(fields: GgufFields, tokens: string[]): object | null {
  const id = firstToken(fields);
  if (id === null) return null;
  const name = tokens[id] ?? fields.damaged('tokenizer.ggml.bos_token_id', 'the id of a token');
  const first = { SpecialToken: { id: name, type_id: 0 } };
  const text = (id: string) => ({ Sequence: { id, type_id: 0 } });
  return {
    type: 'TemplateProcessing',
    single: [first, text('A')],
    pair: [first, text('A'), text('B')],
    special_tokens: { [name]: { id: name, ids: [id], tokens: [name] } },
  };
}

/** Tokens that are found in a text before anything else. */
function addedTokens(tokens: string[], types: number[]): object[] {
  return tokens.flatMap((content, id) => {
    const special = types[id] === TYPE.control || types[id] === TYPE.unknown;
    const own = types[id] === TYPE.userDefined && !content.includes('▁');
    if (content === '' || !(special || own)) return [];
    return [
      { id, content, special, normalized: false, single_word: false, lstrip: false, rstrip: false },
    ];
  });
}

/** A token that comes twice keeps its first id. */
function byName(tokens: string[]): Record<string, number> {
  // Without a prototype, a token may be called like one of its members.
  const vocab: Record<string, number> = Object.create(null);
  tokens.forEach((token, id) => {
    vocab[token] ??= id;
  });
  return vocab;
}
