import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { createTokenizer } from '../model/tokenizer';
import { troubleOf } from '../trouble';
import { defaultPrompt } from './default-prompt';
import { buildPrompt } from './prompt';
import type { PreparedPrompt, PromptSpec } from './prompt-spec';

const read = (path: string) =>
  readFileSync(new URL(`../../public/${path}`, import.meta.url), 'utf8');
const tokenizer = createTokenizer(
  JSON.parse(read('models/needle-2m/tokenizer.json')),
  JSON.parse(read('models/needle-2m/tokenizer_config.json')),
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

function length(span: [number, number] | null): number {
  return span ? span[1] - span[0] : 0;
}
