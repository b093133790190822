import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseConfig } from '../model/families/registry';
import { createTokenizer } from '../model/tokenizer';
import { generateNeedle } from '../needle/needles';
import { repeatedIds } from '../probes/head-classes';
import { answeredPrompts, patternText, repeatedText } from './calibration-texts';

const read = (path: string) =>
  readFileSync(new URL(`../../public/${path}`, import.meta.url), 'utf8');
const config = parseConfig(JSON.parse(read('models/needle-2.4m/config.json')));
const tokenizer = createTokenizer(JSON.parse(read('models/needle-2.4m/tokenizer.json')), null);
const MODEL = { config, tokenizer };
const WITHOUT = { config: { ...config, contextLength: 300 }, tokenizer: null };

vi.spyOn(globalThis, 'fetch').mockImplementation(
  async (address) => new Response(read(String(address).replace('http://page/', ''))),
);
const HAYSTACKS = 'http://page/haystacks/';

afterEach(() => vi.clearAllMocks());

describe('a repeated text', () => {
  test('says 256 different ordinary ids four times after the first token', () => {
    const text = repeatedText(MODEL);
    expect(text).toMatchObject({ start: [config.bosId], copies: 4 });
    expect(new Set(text.segment).size).toBe(256);
    for (const id of text.segment) {
      expect(id).toBeLessThan(config.vocabSize);
      expect([config.bosId, ...config.eosIds]).not.toContain(id);
    }
    expect(repeatedText(MODEL)).toEqual(text);
  });

  test('stays within a short context, and within a small vocabulary', () => {
    const ids = repeatedIds(repeatedText(WITHOUT));
    expect(ids).toHaveLength(1 + 4 * 74);
    const small = { ...config, vocabSize: 20, bosId: null };
    const { start, segment } = repeatedText({ config: small, tokenizer: null });
    expect(start).toEqual([]);
    expect(segment).toHaveLength(20 - config.eosIds.length);
  });
});

describe('answered prompts', () => {
  test('hide needles far back, and are answered as the model answers', async () => {
    const prompts = await answeredPrompts(MODEL, HAYSTACKS);
    expect(prompts.map(({ ids }) => ids.length)).toEqual([384, 448, 512]);
    prompts.forEach(({ ids, answer }, seed) => {
      const { needle, question } = generateNeedle(seed);
      expect(tokenizer.decode(answer)).toBe(` ${needle}`);
      const text = tokenizer.decode(ids);
      expect(text.endsWith(`\nQuestion: ${question}\nAnswer:`)).toBe(true);
      const hidden = answer.join(',');
      const places = ids.flatMap((_, at) =>
        ids.slice(at, at + answer.length).join(',') === hidden ? [at] : [],
      );
      expect(places).toHaveLength(1);
      // Out of reach of a window of 64, also for the question.
      expect(places[0] + answer.length).toBeLessThan(ids.length - 100);
    });
  });

  test('of a model without tokenizer repeat a passage of random ids', async () => {
    const prompts = await answeredPrompts(WITHOUT, HAYSTACKS);
    expect(fetch).not.toHaveBeenCalled();
    for (const { ids, answer } of prompts) {
      expect(ids.length + answer.length).toBe(300);
      expect(answer).toHaveLength(8);
      const asked = ids.slice(-8);
      const passage = [...asked, ...answer].join(',');
      const at = ids.findIndex((_, i) => ids.slice(i, i + 16).join(',') === passage);
      expect(at).toBeGreaterThan(100);
      expect(at).toBeLessThan(180);
    }
    expect(prompts[0].answer).not.toEqual(prompts[1].answer);
  });
});

test('the text of the pattern search has 1,024 tokens, or what the model can read', async () => {
  const ids = await patternText(MODEL, HAYSTACKS);
  expect(ids).toHaveLength(1024);
  expect(tokenizer.decode(ids)).toContain(generateNeedle(0).needle);
  expect(await patternText(WITHOUT, HAYSTACKS)).toHaveLength(297);
});
