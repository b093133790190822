import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import type { EngineClient } from '../worker/client';
import type { ModelInfo, TileRequest } from '../worker/protocol';
import { keepInspected } from './keep-inspected';
import type { PageActions } from './page-actions';
import { createPageStore, NOTHING_INSPECTED, type RunView } from './page-store';
import { setupFrom } from './setup';

const MODEL = { layers: 4, heads: 6, kvHeads: 3 } as ModelInfo;

function pageWith(run: Partial<RunView>) {
  const store = createPageStore(setupFrom(defaultPrompt(1)), {
    layer: 2,
    head: 5,
    query: 7,
    key: null,
    step: null,
  });
  store.setState({ model: MODEL });
  const evictedAt = vi.fn(async () => ({ ok: true, value: new Uint32Array(10) }));
  const heads = vi.fn(async () => ({ ok: true, value: { sink: new Float32Array(24) } }));
  const requestTile = vi.fn(async (_channel: string, request: TileRequest) => ({
    request,
    weights: new Float32Array(request.columns),
    sampledQueries: 1,
  }));
  const engine = { evictedAt, heads } as unknown as EngineClient;
  const actions = { requestTile, report: vi.fn() } as unknown as PageActions;
  keepInspected(engine, store, actions);
  store.setState({
    run: { id: 1, prefill: { done: 10, total: 10, ms: 1 }, cache: null, ...run } as RunView,
  });
  return { store, evictedAt, heads, requestTile };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('looks up the picked row, the evictions of its KV head and the head scores, once each', async () => {
  const { store, evictedAt, heads, requestTile } = pageWith({});
  await vi.advanceTimersByTimeAsync(1000);
  expect(requestTile).toHaveBeenCalledTimes(1);
  expect(requestTile.mock.calls[0][1]).toMatchObject({ queries: [7, 8], keys: [0, 8], head: 5 });
  expect(evictedAt).toHaveBeenCalledWith(2, 2);
  const { inspection } = store.getState();
  expect(inspection.row?.query).toBe(7);
  expect(inspection.heads).not.toBeNull();

  store.setState({ selection: { layer: 2, head: 4, query: 7, key: null, step: null } });
  await vi.advanceTimersByTimeAsync(1000);
  expect(requestTile).toHaveBeenCalledTimes(2);
  expect(evictedAt).toHaveBeenCalledTimes(1);
  expect(heads).toHaveBeenCalledTimes(1);
});

test('asks for nothing that the model has not read yet', async () => {
  const { requestTile, heads } = pageWith({ prefill: { done: 5, total: 10, ms: 1 } });
  await vi.advanceTimersByTimeAsync(1000);
  expect(requestTile).not.toHaveBeenCalled();
  expect(heads).not.toHaveBeenCalled();
});

test('drops an answer about a run that is no longer on screen', async () => {
  const { store, heads } = pageWith({});
  let answer = (_scores: unknown) => {};
  heads.mockImplementation(
    () =>
      new Promise((resolve) => {
        answer = resolve as typeof answer;
      }),
  );
  await vi.advanceTimersByTimeAsync(1000);
  store.setState({ run: null, inspection: NOTHING_INSPECTED });
  answer({ ok: true, value: {} });
  await vi.advanceTimersByTimeAsync(1000);
  expect(store.getState().inspection.heads).toBeNull();
});
