import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import type { CacheSnapshot, HeadsAtSpec } from '../worker/protocol';
import { createHeadInspector, pointedKey } from './inspect-heads';
import { createLookUp } from './look-up';
import type { FoldablePanel } from './open-panels';
import { createPageStore, type PageState, type RunView } from './page-store';
import { setupFrom } from './setup';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const ALL: FoldablePanel[] = ['tokens', 'heads', 'sinks'];

function page(change: Partial<PageState> = {}, read = 30) {
  const store = createPageStore(setupFrom(defaultPrompt(1)), {
    layer: 0,
    head: 0,
    query: 20,
    key: 8,
    step: null,
  });
  store.setState({
    run: {
      id: 1,
      prefill: { done: read, total: 30, ms: 100 },
      cache: { tokens: read } as CacheSnapshot,
      measures: { surprisal: true },
    } as RunView,
    folded: [],
    ...change,
  });
  const asked: string[] = [];
  const ask = (name: string) =>
    vi.fn(async () => {
      asked.push(name);
      return { ok: true as const, value: {} as never };
    });
  const engine = {
    heads: ask('heads'),
    headsAt: ask('headsAt') as (spec: HeadsAtSpec) => Promise<{ ok: true; value: never }>,
    sinks: ask('sinks'),
    tokenCurves: ask('curves'),
    surprisal: ask('surprisal'),
  };
  const inspect = createHeadInspector(engine, createLookUp(store, vi.fn()));
  const look = async () => {
    inspect(store.getState());
    await vi.advanceTimersByTimeAsync(0);
    return asked.splice(0).sort();
  };
  return { store, look };
}

test('open panels get what they show, and get it once', async () => {
  const { look } = page();
  expect(await look()).toEqual(['heads', 'headsAt', 'sinks']);
  expect(await look()).toEqual([]);
});

test('folded panels look up nothing', async () => {
  expect(await page({ folded: ALL }).look()).toEqual([]);
  expect(await page({ folded: ['tokens', 'sinks'] }).look()).toEqual(['heads']);
});

test.each<[PageState['shading'], string[]]>([
  ['sink', ['headsAt', 'sinks']],
  ['waad', ['curves', 'headsAt']],
  ['fai', ['curves', 'headsAt']],
  ['surprisal', ['headsAt', 'surprisal']],
])('text shaded by %s', async (shading, expected) => {
  expect(await page({ shading, folded: ['heads', 'sinks'] }).look()).toEqual(expected);
});

test('while the model reads, only what is pointed at is looked up', async () => {
  expect(await page({ activity: 'running' }, 25).look()).toEqual(['headsAt']);
  expect(await page({ activity: 'paused' }, 25).look()).toEqual(['headsAt']);
  expect(await page({ activity: 'paused' }).look()).toHaveLength(3);
});

test('while it writes, all is looked up again and again, but rarely', async () => {
  const { store, look } = page({ activity: 'running', folded: ['tokens'] });
  const later = async (ms: number, tokens: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    store.setState(({ run }) => ({
      run: { ...(run as RunView), cache: { tokens } as CacheSnapshot },
    }));
    return look();
  };
  expect(await look()).toEqual([]);
  expect(await later(1850, 31)).toEqual([]);
  // Reading took 100 ms, so that a look may be due after 1900.
  expect(await later(60, 32)).toEqual(['heads', 'sinks']);
});

test('who looks at a key: the picked query, or all that can', () => {
  const { store } = page();
  const at = (change: Partial<PageState>) => {
    store.setState(change);
    return pointedKey(store.getState());
  };
  expect(at({})).toEqual({ key: 8, queries: [20, 21] });
  expect(at({ hover: { query: null, key: 25 } })).toEqual({ key: 25, queries: [25, 30] });
  expect(at({ hover: { query: null, key: 30 } })).toBeNull();
});
