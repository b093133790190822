import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import type { EngineClient } from '../worker/client';
import type { ModelInfo } from '../worker/protocol';
import { keepCacheHistory } from './keep-cache-history';
import { createPageStore, type RunView } from './page-store';
import { setupFrom } from './setup';

const MODEL = { layers: 4, heads: 6, kvHeads: 3 } as ModelInfo;
const RUN = { id: 1, prefill: { done: 10, total: 10, ms: 1 }, cache: null } as unknown as RunView;

function page() {
  const store = createPageStore(setupFrom(defaultPrompt(1)), {
    layer: 2,
    head: 5,
    query: null,
    key: null,
    step: null,
  });
  const heldAt = vi.fn(async () => ({ ok: true, value: new Uint32Array(12) }));
  const history = { evictedAt: new Uint32Array(10) };
  const cacheHistory = vi.fn(async () => ({ ok: true, value: history }));
  const engine = { heldAt, cacheHistory } as unknown as EngineClient;
  keepCacheHistory(engine, store, { report: vi.fn() });
  const select = (change: { step?: number | null; head?: number }) =>
    store.setState(({ selection }) => ({ selection: { ...selection, ...change } }));
  return { store, heldAt, cacheHistory, select };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('looks at the newest row, or at the one that is viewed; at each once', async () => {
  const { store, heldAt, cacheHistory, select } = page();
  store.setState({ model: MODEL, run: RUN });
  await vi.advanceTimersByTimeAsync(1000);
  expect(heldAt).toHaveBeenCalledExactlyOnceWith(9);
  expect(cacheHistory).toHaveBeenCalledExactlyOnceWith(2, 2);
  expect(store.getState().inspection.held?.query).toBe(9);
  expect(store.getState().inspection.history).toMatchObject({ layer: 2, kvHead: 2 });

  select({ step: 4 });
  await vi.advanceTimersByTimeAsync(1000);
  expect(heldAt).toHaveBeenLastCalledWith(4);
  // A head of the same KV head changes nothing.
  select({ head: 4 });
  await vi.advanceTimersByTimeAsync(1000);
  expect(heldAt).toHaveBeenCalledTimes(2);
  expect(cacheHistory).toHaveBeenCalledTimes(1);
});

test('a folded panel looks up nothing', async () => {
  const { store, heldAt, cacheHistory } = page();
  store.setState({ model: MODEL, run: RUN, folded: ['cache'] });
  await vi.advanceTimersByTimeAsync(1000);
  expect(heldAt).not.toHaveBeenCalled();
  expect(cacheHistory).not.toHaveBeenCalled();
});
