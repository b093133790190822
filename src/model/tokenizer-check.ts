import { damagedFile } from './files';

/** Larger ids than any model's: a table with a place for each must fit into memory. */
const MOST_TOKENS = 1 << 21;
/** Of a regular expression; the longest known have 300 characters. */
const LONGEST_PATTERN = 4096;
const MOST_DEPTH = 64;

type Fields = Record<string, unknown>;

/**
 * Checks of a tokenizer.json what could make its parser take forever: ids, and the size of patterns.
 * @throws TroubleError `model-damaged` that names the field
 */
export function checkTokenizer(json: unknown): void {
  if (!isFields(json)) refuse('the file', 'a JSON object', json);
  const { added_tokens: added = [], model } = json;
  if (!Array.isArray(added)) refuse('added_tokens', 'a list', added);
  if (added.length > MOST_TOKENS) {
    refuse('added_tokens', `at most ${MOST_TOKENS} tokens`, added.length);
  }
  added.forEach((token, index) => {
    const where = `added_tokens[${index}]`;
    if (!isFields(token)) refuse(where, 'an object', token);
    checkId(`${where}.id`, token.id);
    if (typeof token.content !== 'string' || token.content === '') {
      refuse(`${where}.content`, 'a text', token.content);
    }
  });
  if (!isFields(model)) refuse('model', 'an object', model);
  checkVocabulary(model.vocab);
  for (const field of ['normalizer', 'pre_tokenizer', 'post_processor', 'decoder']) {
    checkPatterns(field, json[field], 0);
  }
}

/** By name, or for the Unigram kind a list of names with their scores. */
function checkVocabulary(vocab: unknown): void {
  if (Array.isArray(vocab)) {
    if (vocab.length > MOST_TOKENS) refuse('model.vocab', `at most ${MOST_TOKENS}`, vocab.length);
    return;
  }
  if (!isFields(vocab)) refuse('model.vocab', 'tokens with their ids', vocab);
  for (const name in vocab)
    checkId(`model.vocab[${JSON.stringify(name.slice(0, 40))}]`, vocab[name]);
}

function checkId(where: string, id: unknown): void {
  if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= MOST_TOKENS) {
    refuse(where, `an id from 0 to ${MOST_TOKENS - 1}`, id);
  }
}

/** All regular expressions of a checked tokenizer.json. */
export function patternsOf(json: unknown): string[] {
  const found = new Set<string>();
  const gather = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inside] of Object.entries(value)) {
      if (name === 'Regex' && typeof inside === 'string') found.add(inside);
      gather(inside);
    }
  };
  const { normalizer, pre_tokenizer: splits } = json as Fields;
  gather([normalizer, splits]);
  return [...found];
}

/** Stretches of one character each, ended by another: where patterns that take forever do. */
export function tryPatterns(patterns: string[]): void {
  const texts = [...'aA 1.-é世\n'].map((character) => `${character.repeat(3000)}!`);
  for (const pattern of patterns) {
    let expression: RegExp;
    try {
      expression = new RegExp(pattern, 'gu');
    } catch {
      // Of another dialect; the tokenizer rewrites or refuses it.
      continue;
    }
    for (const text of texts) text.replace(expression, '');
  }
}

function checkPatterns(where: string, value: unknown, depth: number): void {
  if (depth > MOST_DEPTH) refuse(where, `at most ${MOST_DEPTH} levels`, 'more');
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inside] of Object.entries(value)) {
    if (name === 'Regex' && typeof inside === 'string' && inside.length > LONGEST_PATTERN) {
      refuse(`${where}.Regex`, `at most ${LONGEST_PATTERN} characters`, inside.length);
    }
    checkPatterns(where, inside, depth + 1);
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(field: string, expected: string, found: unknown): never {
  const shown = (JSON.stringify(found) ?? 'nothing').slice(0, 80);
  damagedFile(`tokenizer.json: ${field}`, expected, shown);
}
