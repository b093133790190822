import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createTokenizer } from '../model/tokenizer';
import { haystackText, listHaystacks } from './haystacks';

const read = (path: string) =>
  readFileSync(new URL(`../../public/${path}`, import.meta.url), 'utf8');

/** Answers from the files that are shipped, and counts the requests. */
function serveFiles() {
  return vi.spyOn(globalThis, 'fetch').mockImplementation(async (address) => {
    const path = String(address).replace('http://page/', '');
    return new Response(read(path));
  });
}
afterEach(() => vi.restoreAllMocks());

describe('the bundled haystacks', () => {
  test('all are there, in the characters that the embedded model knows, and long enough', async () => {
    serveFiles();
    const tokenizer = createTokenizer(JSON.parse(read('models/needle-2.4m/tokenizer.json')), null);
    const haystacks = await listHaystacks('http://page/haystacks/');
    expect(haystacks.map(({ id }) => id)).toContain('stories');
    for (const { id, rights } of haystacks) {
      const text = await haystackText({ id }, 'http://page/haystacks/');
      expect(text).toMatch(/^[\n\x20-\x7e]+$/);
      expect(text).not.toMatch(/ {2}| \n|\n /);
      expect(tokenizer.encode(text.slice(0, 200_000)).length).toBeGreaterThan(20_000);
      expect(rights).toContain('Public domain');
    }
  });

  test('each text is fetched once', async () => {
    const requests = serveFiles();
    await haystackText({ id: 'macbeth' }, 'http://page/haystacks/../haystacks/');
    await haystackText({ id: 'macbeth' }, 'http://page/haystacks/../haystacks/');
    expect(requests).toHaveBeenCalledTimes(2);
  });

  test('an unknown id lists the known ones', async () => {
    serveFiles();
    const wanted = haystackText({ id: 'ulysses' }, 'http://page/haystacks/');
    await expect(wanted).rejects.toMatchObject({
      trouble: { code: 'bad-input', advice: expect.stringContaining('genesis') },
    });
  });

  test('a failure is reported and not kept', async () => {
    const requests = vi
      .spyOn(globalThis, 'fetch')
      .mockResolvedValue(new Response('', { status: 500 }));
    await expect(listHaystacks('http://broken/')).rejects.toThrow('500');
    requests.mockResolvedValue(new Response('[]'));
    await expect(listHaystacks('http://broken/')).resolves.toEqual([]);
  });
});

test("one's own text needs no request", async () => {
  const requests = vi.spyOn(globalThis, 'fetch');
  expect(await haystackText({ text: 'mine', title: 't' }, 'http://page/')).toBe('mine');
  expect(requests).not.toHaveBeenCalled();
});
