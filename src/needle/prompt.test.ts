import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { createTokenizer, type TextTokenizer } from '../model/tokenizer';
import { troubleOf } from '../trouble';
import { defaultPrompt } from './default-prompt';
import { buildPrompt } from './prompt';
import type { PreparedPrompt, PromptSpec } from './prompt-spec';
import { taskFrom } from './tasks/registry';

const read = (path: string) =>
  readFileSync(new URL(`../../public/${path}`, import.meta.url), 'utf8');
const tokenizer = createTokenizer(
  JSON.parse(read('models/needle-2.4m/tokenizer.json')),
  JSON.parse(read('models/needle-2.4m/tokenizer_config.json')),
);
const STORIES = read('haystacks/stories.txt');
const GENESIS = read('haystacks/genesis.txt');
const BOS = 0;

const build = (change: Partial<PromptSpec> = {}, text = STORIES, bosId: number | null = BOS) =>
  buildPrompt({ ...defaultPrompt(0), ...change }, text, tokenizer, bosId);
const spanText = (prompt: PreparedPrompt, span: [number, number] | null) =>
  span ? tokenizer.decode(prompt.ids.subarray(...span)) : null;
const whole = ({ pieces }: PreparedPrompt) => pieces.join('');

describe('buildPrompt', () => {
  test.each([64, 65, 256, 512, 1000, 16384])('has exactly %i tokens', (length) => {
    for (const text of [STORIES, GENESIS]) {
      const prompt = build({ length }, text);
      expect(prompt.ids.length).toBe(length);
      expect(prompt.pieces.length).toBe(length);
      expect(prompt.ids[0]).toBe(BOS);
      expect(prompt.ids.lastIndexOf(BOS)).toBe(0);
    }
  });

  test('a chat template goes around text and question, and spans stay right', () => {
    const frame = { before: '<|bos|>[user] ', after: ' [/user]\n[answer]' };
    const spec = { ...defaultPrompt(0), length: 300 };
    const prompt = buildPrompt(spec, STORIES, tokenizer, BOS, frame);
    expect(prompt.ids.length).toBe(300);
    // Its own first token stands for the model's.
    expect(prompt.ids.lastIndexOf(BOS)).toBe(0);
    const { needle, question } = prompt.spec;
    expect(spanText(prompt, prompt.needleSpan)).toBe(` ${needle}`);
    const end = `\nQuestion: ${question}\nAnswer:${frame.after}`;
    expect(spanText(prompt, prompt.questionSpan)).toBe(end);
    expect(whole(prompt).startsWith(frame.before)).toBe(true);
    expect(whole(prompt).endsWith(end)).toBe(true);
    // What is between is the prompt without a template, shorter by the template.
    const around = tokenizer.encode(frame.before).length + tokenizer.encode(frame.after).length;
    const plain = build({ length: 300 - around + 1 });
    expect(whole(prompt)).toContain(whole(plain).slice('<|bos|>'.length));
  });

  test('a text that is too short is read again from its beginning', () => {
    const prompt = build({ length: 200, needle: '', question: '' }, 'It rained. Tom sat down.');
    expect(prompt.ids.length).toBe(200);
    expect(whole(prompt)).toMatch(/^<\|bos\|>It rained\. Tom sat down\.\nIt rained\. Tom/);
  });

  test('every depth: spans, place after a sentence, nothing lost', () => {
    const plain = whole(build({ needle: '', length: 480 }));
    let last = -1;
    for (let depth = 0; depth <= 100; depth++) {
      const prompt = build({ depth, length: 500 });
      const { needle, question } = prompt.spec;
      expect(spanText(prompt, prompt.needleSpan)).toBe(` ${needle}`);
      expect(spanText(prompt, prompt.questionSpan)).toBe(`\nQuestion: ${question}\nAnswer:`);
      expect(prompt.questionSpan?.[1]).toBe(500);
      const text = whole(prompt);
      const [before, after] = text.split(` ${needle}`);
      if (depth > 0 && depth < 100) expect(before).toMatch(/(<\|bos\|>|[.!?]"?)$/);
      expect(after).toMatch(/^\s/);
      const haystackTokens = 500 - 1 - length(prompt.needleSpan) - length(prompt.questionSpan);
      const realised = prompt.realisedDepth ?? Number.NaN;
      expect(realised).toBeCloseTo((100 * ((prompt.needleSpan?.[0] ?? 0) - 1)) / haystackTokens, 9);
      expect(realised).toBeLessThanOrEqual(depth);
      expect(realised).toBeGreaterThanOrEqual(last);
      expect(depth - realised).toBeLessThan(8);
      last = realised;
      expect(plain).toContain(before.replace('<|bos|>', '').slice(0, 200));
    }
    expect(last).toBe(100);
  });

  test('at depth 0 the needle comes first and the text follows after a space', () => {
    const prompt = build({ depth: 0 }, 'It rained. Tom sat down.');
    expect(whole(prompt)).toMatch(/^<\|bos\|> The .+ is \d+\. It rained\. Tom/);
    expect(prompt).toMatchObject({ realisedDepth: 0, needleSpan: [1, expect.any(Number)] });
    expect(prompt.ids.length).toBe(512);
  });

  test('the seed chooses where the excerpt begins, always at a sentence', () => {
    const beginnings = [1, 2, 3, 4, 5].map((seed) => whole(build({ seed })).slice(7, 60));
    expect(new Set(beginnings).size).toBe(5);
    for (const beginning of beginnings) {
      expect(STORIES).toContain(beginning);
      const at = STORIES.indexOf(beginning);
      expect(STORIES.slice(0, at)).toMatch(/[.!?]"?\s$/);
    }
    expect(STORIES.startsWith(whole(build({ seed: 0 })).slice(7, 200))).toBe(true);
    expect(build({ seed: 3 })).toEqual(build({ seed: 3 }));
  });

  test('without a length all of the text is read, whatever the seed', () => {
    const prompt = build({ length: null, needle: '', question: '', seed: 9 }, GENESIS);
    expect(whole(prompt)).toBe(`<|bos|>${GENESIS.trim()}`);
    expect(prompt).toMatchObject({ needleSpan: null, questionSpan: null, realisedDepth: null });
  });

  test('a text alone gives the ids that the tokenizer gives for it', () => {
    const text = 'First line.\n\n  Indented, "quoted." Next? Yes! No 3.5 (done.) End';
    const prompt = build({ length: null, needle: '', question: '' }, `${text}\n`);
    expect([...prompt.ids]).toEqual([BOS, ...tokenizer.encode(text)]);
  });

  test('a model without a first token gets none', () => {
    const prompt = build({ length: null, needle: '', question: '' }, 'It rained.', null);
    expect([...prompt.ids]).toEqual(tokenizer.encode('It rained.'));
    expect(build({}, STORIES, null).ids.length).toBe(512);
  });

  test('a length that cannot hold needle and question is refused with the smallest that can', () => {
    let smallest = 0;
    try {
      build({ length: 10 });
    } catch (error) {
      const { code, what, actions } = troubleOf(error);
      expect(code).toBe('bad-input');
      expect(what).toContain('found 10');
      const [action] = actions;
      smallest = action.do === 'set-length' ? action.length : 0;
    }
    expect(build({ length: smallest }).ids.length).toBe(smallest);
    expect(() => build({ length: smallest - 1 })).toThrow(`at least ${smallest}`);
  });

  test.each([
    [{ depth: -1 }, 'depth'],
    [{ depth: Number.NaN }, 'depth'],
    [{ depth: 100.5 }, 'depth'],
    [{ length: 0 }, 'length'],
    [{ length: 12.5 }, 'length'],
    [{ length: 1e12 }, 'length'],
  ])('refuses %j', (change, part) => {
    expect(() => build(change)).toThrow(part);
  });

  test('refuses an empty text', () => {
    expect(() => build({}, ' \n ')).toThrow('empty');
  });

  test('moving the needle in a long prompt does not tokenize the text again', () => {
    const encode = vi.fn(tokenizer.encode);
    const counting = { ...tokenizer, encode };
    const spec = { ...defaultPrompt(0), length: 16_384 };
    const first = buildPrompt(spec, GENESIS, counting, BOS);
    encode.mockClear();
    buildPrompt({ ...spec, depth: 20 }, GENESIS, counting, BOS);
    expect(encode.mock.calls.map(([text]) => text)).toEqual([
      ` ${spec.needle}`,
      `\nQuestion: ${spec.question}\nAnswer:`,
    ]);
    expect(first.ids.length).toBe(16_384);
  });
});

describe('a prompt of a task', () => {
  // A tokenizer of characters: sentence by sentence, the places can be counted by hand.
  const letters: TextTokenizer = {
    patterns: [],
    bosId: null,
    encode: (text) => [...text].map((char) => char.charCodeAt(0)),
    pieceOf: (id) => String.fromCharCode(id),
    piecesOf: (ids) => Array.from(ids, (id) => String.fromCharCode(id)),
    decode: (ids) => String.fromCharCode(...ids),
  };
  const TEXT = 'Aaaa. Bbb. Cc. D.';

  /** The prompt of several needles in a short text, as a string. */
  function several(depth: number, text = TEXT) {
    const spec = { ...defaultPrompt(0), depth, length: null };
    const task = taskFrom('several-needles', ['needles=2']);
    return buildPrompt({ ...spec, task }, text, letters, null);
  }

  test('needles at depth 50 and 75 of 17 characters stand before characters 10 and 10', () => {
    // Sentences end before 5, 10, 14 and 17; 50 % is character 8, 75 % character 12.
    const { needles, pieces, spec, realisedDepth } = several(50);
    const [first, second] = needles;
    expect(first.span[0]).toBe(5);
    expect(second.span[0]).toBe(10 + first.span[1] - first.span[0]);
    expect(first.depth).toBeCloseTo(500 / 17, 9);
    expect(second.depth).toBeCloseTo(1000 / 17, 9);
    expect(realisedDepth).toBe(first.depth);
    const text = pieces.join('');
    expect(text.startsWith('Aaaa. One of')).toBe(true);
    expect(text).toContain(`\nQuestion: ${spec.question}\nAnswer:`);
  });

  test('depth 0 spreads them, the text after the first one gets a space', () => {
    const { needles, pieces } = several(0);
    // With its space the text has 18 characters; 50 % is character 9, in the second sentence.
    expect(needles.map(({ depth }) => depth)).toEqual([0, (100 * 6) / 18]);
    expect(pieces.join('')).toMatch(/^ One of .+\. Aaaa\. One of .+\. Bbb\. Cc\. D\.\nQuestion/);
  });

  test('depth 100 puts both at the end, in their order', () => {
    const { needles, pieces, spec } = several(100);
    expect(needles.map(({ depth }) => depth)).toEqual([100, 100]);
    expect(pieces.join('')).toContain(`${TEXT} ${spec.needle}\nQuestion`);
  });

  test('without a sentence end all stand at the beginning', () => {
    expect(several(50, 'no end here').needles.map(({ depth }) => depth)).toEqual([0, 0]);
  });

  test('what the seed made stands in the spec, and decides whether an answer is right', () => {
    const prompt = build({ task: taskFrom('several-needles', []), seed: 4 });
    const { needle, question, expected } = prompt.spec;
    expect(prompt.ids.length).toBe(512);
    const numbers = expected.split(', ');
    expect(numbers).toHaveLength(2);
    expect(prompt.check?.expected).toEqual(numbers);
    for (const number of numbers) expect(needle).toContain(number);
    expect(whole(prompt)).toContain(question);
    const hidden = prompt.needles.map(({ span }) => spanText(prompt, span)?.trim());
    expect(hidden.join(' ')).toBe(needle);
  });

  test('distractors are marked as such, and the span is that of the needle asked for', () => {
    const task = taskFrom('multi-key', ['distractors=6']);
    for (const depth of [0, 50, 100]) {
      const prompt = build({ task, depth, seed: 9 });
      const asked = prompt.needles.filter((needle) => needle.asked);
      expect(prompt.needles).toHaveLength(7);
      expect(asked).toHaveLength(1);
      expect(prompt.needleSpan).toEqual(asked[0].span);
      expect(prompt.realisedDepth).toBe(asked[0].depth);
      expect(spanText(prompt, prompt.needleSpan)).toBe(` ${prompt.spec.needle}`);
      const starts = prompt.needles.map(({ span }) => span[0]);
      expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    }
  });

  test('a length that cannot hold all needles is refused', () => {
    const task = taskFrom('multi-key', ['distractors=40']);
    expect(() => build({ task, length: 256 })).toThrow('at least');
  });
});

function length(span: [number, number] | null): number {
  return span ? span[1] - span[0] : 0;
}
