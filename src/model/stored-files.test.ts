import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Hub, startHub } from '../../e2e/tools/hub-server.mjs';
import { troubleOf } from '../trouble';
import { httpFiles } from './http-files';
import { hubFiles } from './hub-files';
import { memoryDirectory } from './memory-directory';
import { ModelStore } from './model-store';
import { hubSource, type ModelSource } from './source';
import { lookedAtFiles, storedFiles } from './stored-files';

const WEIGHTS = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) >> 3);
const text = (value: string) => new TextEncoder().encode(value);
const source = hubSource('owner/model') as Extract<ModelSource, { kind: 'hub' }>;

let hub: Hub;
let store: ModelStore;
let progress: [string, number, number][];

beforeAll(async () => {
  hub = await startHub({});
});
afterAll(() => hub.close());
beforeEach(() => {
  hub.repositories['owner/model'] = {
    files: { 'config.json': text('{}'), 'model.safetensors': WEIGHTS },
  };
  hub.repositories['owner/gated'] = { files: { 'config.json': text('{}') }, token: 'secret' };
  Object.assign(hub, { requests: [], ranges: true, lists: true, cutAfter: null, down: false });
  const root = memoryDirectory();
  store = new ModelStore(async () => root);
  progress = [];
});

async function openStored(signal?: AbortSignal) {
  const remote = hubFiles(source, { endpoint: hub.url, signal });
  const place = await store.place(remote.key, remote.name, source);
  const files = storedFiles(remote, place, (...news) => progress.push(news));
  return { place, files };
}
const weightsOf = async (signal?: AbortSignal) => {
  const file = await (await openStored(signal)).files.open('model.safetensors');
  return file && (await file.read(0, file.size));
};
/** Comparing element by element would take seconds. */
const areSame = (found: Uint8Array | null, wanted: Uint8Array) =>
  found !== null && Buffer.compare(found, wanted) === 0;
const sent = () => hub.requests.filter(({ path }) => path.startsWith('/cdn/'));
const trouble = async (work: Promise<unknown>) => {
  try {
    await work;
  } catch (error) {
    return troubleOf(error);
  }
  throw new Error('was accepted');
};

describe('a model of the hub, kept', () => {
  test('comes once, with progress, and then from here', async () => {
    expect(areSame(await weightsOf(), WEIGHTS)).toBe(true);
    expect(progress.at(-1)).toEqual(['model.safetensors', WEIGHTS.length, WEIGHTS.length]);
    const before = sent().length;
    expect(areSame(await weightsOf(), WEIGHTS)).toBe(true);
    expect(sent()).toHaveLength(before);
    expect(await store.list()).toMatchObject([{ name: 'owner/model', bytes: WEIGHTS.length }]);
  });

  test('goes on by itself where the connection breaks, from where it was', async () => {
    hub.cutAfter = 120_000;
    expect(areSame(await weightsOf(), WEIGHTS)).toBe(true);
    expect(sent().map(({ range }) => range)).toEqual([undefined, 'bytes=120000-', 'bytes=240000-']);
  });

  test('says how far it came where the connection does not come back, and goes on later', async () => {
    hub.cutAfter = 100_000;
    const done = progress;
    const loading = weightsOf();
    while (done.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    hub.down = true;
    const { code, what, advice } = await trouble(loading);
    expect(code).toBe('model-missing');
    expect(what).toMatch(/broke after \d+ of 300000 bytes/);
    expect(advice).toContain('is kept');
    const [{ bytes, complete }] = await store.list();
    expect(bytes).toBeGreaterThan(0);
    expect(complete).toBe(false);

    Object.assign(hub, { down: false, cutAfter: null, requests: [] });
    expect(areSame(await weightsOf(), WEIGHTS)).toBe(true);
    expect(sent()[0].range).toBe(`bytes=${bytes}-`);
  }, 20_000);

  test('starts anew where the server knows no ranges or has another version', async () => {
    hub.cutAfter = 100_000;
    hub.ranges = false;
    expect((await trouble(weightsOf())).what).toContain('broke after 100000');
    Object.assign(hub, { cutAfter: null, ranges: true });
    const other = WEIGHTS.toReversed();
    hub.repositories['owner/model'].files['model.safetensors'] = other;
    expect(areSame(await weightsOf(), other)).toBe(true);
  }, 20_000);

  test('works without a connection once it was complete', async () => {
    const { place } = await openStored();
    await weightsOf();
    hub.down = true;
    expect(areSame(await weightsOf(), WEIGHTS)).toBe(true);
    // What was not asked for while there was a connection could exist.
    expect((await trouble((await openStored()).files.open('tokenizer.json'))).code).toBe(
      'model-missing',
    );
    const files = await openStored();
    files.place.record.complete = true;
    expect(await files.files.open('tokenizer.json')).toBeNull();
    expect(place.record.key).toContain('owner/model');
  });

  test('can be looked at without keeping it, also without a connection once it was complete', async () => {
    const remote = hubFiles(source, { endpoint: hub.url, ahead: 1000 });
    expect(await store.find(remote.key)).toBeNull();
    const { place } = await openStored();
    const looked = lookedAtFiles(remote, place);
    const file = await looked.open('model.safetensors');
    expect([...((await file?.read(10, 14)) ?? [])]).toEqual([...WEIGHTS.subarray(10, 14)]);
    expect(sent().map(({ range }) => range)).toEqual(['bytes=0-999']);
    expect((await store.list())[0].bytes).toBe(0);
    await weightsOf();
    const kept = await store.find(remote.key);
    if (kept) kept.record.complete = true;
    hub.down = true;
    const offline = kept && lookedAtFiles(hubFiles(source, { endpoint: hub.url }), kept);
    expect((await offline?.open('model.safetensors'))?.size).toBe(WEIGHTS.length);
    expect(await offline?.open('tokenizer.json')).toBeNull();
    expect(await offline?.list()).toEqual(['model.safetensors']);
  });

  test('content that is not what the hub announced is refused and not kept', async () => {
    const { files } = await openStored();
    await files.list();
    const damaged = WEIGHTS.slice();
    damaged[123_456] ^= 1;
    hub.repositories['owner/model'].files['model.safetensors'] = damaged;
    const { code, what } = await trouble(files.open('model.safetensors'));
    expect(code).toBe('model-damaged');
    expect(what).toContain('SHA-256');
    expect(areSame(await weightsOf(), damaged)).toBe(true);
  });

  test('is cancelled at once, and what came is kept', async () => {
    hub.slowly = 20_000;
    const cancel = new AbortController();
    const loading = weightsOf(cancel.signal);
    while (progress.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const begun = performance.now();
    cancel.abort();
    await expect(loading).rejects.toMatchObject({ name: 'AbortError' });
    expect(performance.now() - begun).toBeLessThan(250);
    hub.slowly = null;
    expect((await store.list())[0].bytes).toBeGreaterThan(0);
    expect(areSame(await weightsOf(), WEIGHTS)).toBe(true);
  });

  test('is not begun where there is no room for it', async () => {
    const root = memoryDirectory();
    store = new ModelStore(
      async () => root,
      async () => ({ quota: 400_000, usage: 100_001 }),
    );
    const { code, what } = await trouble(weightsOf());
    expect(code).toBe('storage-full');
    expect(what).toContain('300000 bytes are needed, 299999 are left');
  });

  test('can be deleted', async () => {
    await weightsOf();
    const [{ key }] = await store.list();
    await store.remove(key);
    await store.remove(key);
    expect(await store.list()).toEqual([]);
  });
});

describe('what the hub refuses', () => {
  const open = (id: string, revision = 'main', token?: string) => {
    const wanted = hubSource(id, revision) as typeof source;
    return hubFiles(wanted, { endpoint: hub.url, token }).open('config.json');
  };

  test.each([
    ['a gated model without a token', 'owner/gated', 'main', undefined, 'gated', 'access token'],
    [
      'a gated model with another token',
      'owner/gated',
      'main',
      'wrong',
      'gated',
      'Accept the terms',
    ],
    ['a model that is not there', 'owner/nothing', 'main', undefined, 'no model', 'Check the id'],
    ['a revision that is not there', 'owner/model', 'v9', undefined, 'no revision “v9”', 'branch'],
  ])('%s', async (_, id, revision, token, what, advice) => {
    const found = await trouble(open(id, revision, token));
    expect(found.code).toBe('model-missing');
    expect(found.what).toContain(what);
    expect(found.advice).toContain(advice);
    expect(JSON.stringify(found)).not.toContain('wrong');
  });

  test('the right token opens it, and goes into no record', async () => {
    expect(await open('owner/gated', 'main', 'secret')).not.toBeNull();
    const gated = hubSource('owner/gated') as typeof source;
    const remote = hubFiles(gated, { endpoint: hub.url, token: 'secret' });
    const place = await store.place(remote.key, remote.name, gated);
    await storedFiles(remote, place, () => {}).open('config.json');
    expect(JSON.stringify(place.record)).not.toContain('secret');
  });

  test('a hub that lists nothing is asked file by file', async () => {
    hub.lists = false;
    expect(await open('owner/model')).not.toBeNull();
    const remote = hubFiles(source, { endpoint: hub.url });
    expect(await remote.open('nothing.json')).toBeNull();
    expect(areSame(await weightsOf(), WEIGHTS)).toBe(true);
  });
});

test('a folder at any address is kept by its tags', async () => {
  const folder = `${hub.url}/owner/model/resolve/main/`;
  const remote = httpFiles(folder);
  const place = await store.place(remote.key, remote.name, { kind: 'url', url: folder });
  const files = storedFiles(remote, place, () => {});
  expect((await files.open('model.safetensors'))?.size).toBe(WEIGHTS.length);
  const gets = () =>
    hub.requests.filter(({ method, path }) => method === 'GET' && /cdn/.test(path));
  const before = gets().length;
  await files.open('model.safetensors');
  expect(gets()).toHaveLength(before);
  hub.repositories['owner/model'].files['model.safetensors'] = WEIGHTS.toReversed();
  await files.open('model.safetensors');
  expect(gets().length).toBeGreaterThan(before);
  expect(await files.open('nothing.json')).toBeNull();
});
