import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import type { AdapterInfo, BenchResult, EngineApi, ModelInfo, Roofline } from '../worker/protocol';
import { createPageStore } from './page-store';
import { setupFrom } from './setup';
import { applyBenchEvent, firstSpeed, storedRoofline } from './speed';
import { createSpeedActions } from './speed-actions';

const ADAPTER = { name: 'card', vendor: 'v', architecture: 'a' } as AdapterInfo;
const ROOFLINE: Roofline = { bytesPerSecond: 3e11, flopsPerSecond: 9e12 };
const NOWHERE = { layer: 0, head: 0, query: null, key: null, step: null };

const kept = new Map<string, string>();
beforeEach(() => {
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  kept.clear();
});

function page(engine: Partial<Pick<EngineApi, 'bench' | 'roofline'>>) {
  const store = createPageStore(setupFrom(defaultPrompt(1)), NOWHERE);
  store.setState({ model: { adapter: ADAPTER } as ModelInfo });
  const refused = async () => {
    throw new Error('not asked for');
  };
  const report = vi.fn();
  const actions = createSpeedActions(
    { bench: refused, roofline: refused, ...engine },
    store,
    report,
  );
  return { store, actions, report };
}

test('a roofline is kept for its adapter, and for no other', async () => {
  const { store, actions } = page({ roofline: async () => ({ ok: true, value: ROOFLINE }) });
  await actions.measureRoofline();
  expect(store.getState().speed).toMatchObject({ roofline: ROOFLINE, measuring: null });
  expect(firstSpeed(ADAPTER).roofline).toEqual(ROOFLINE);
  expect(storedRoofline({ ...ADAPTER, architecture: 'b' })).toBeNull();
  for (const key of kept.keys()) kept.set(key, '{"bytesPerSecond":0}');
  expect(storedRoofline(ADAPTER)).toBeNull();
});

test('kernels are measured for the present setup; what was there stays where it is stopped', async () => {
  const result = { promptTokens: 512 } as BenchResult;
  const bench = vi.fn<EngineApi['bench']>(async () => ({ ok: true, value: result }));
  const { store, actions } = page({ bench });
  const measuring = actions.measureKernels();
  expect(store.getState().speed.measuring).toMatchObject({ what: 'kernels', total: 0 });
  store.setState((state) => applyBenchEvent(state, { done: 3, total: 9 }));
  expect(store.getState().speed.measuring).toMatchObject({ done: 3, total: 9 });
  // One measurement at a time.
  await actions.measureRoofline();
  await measuring;
  expect(bench.mock.calls[0][0]).toMatchObject({ prompt: { length: 512 }, steps: 32 });
  bench.mockResolvedValue({ ok: true, value: null });
  await actions.measureKernels();
  expect(store.getState().speed).toMatchObject({ bench: result, measuring: null });
  expect(applyBenchEvent(store.getState(), { done: 1, total: 2 })).toEqual({});
});

test('a failure is told', async () => {
  const { store, actions, report } = page({});
  await actions.measureRoofline();
  expect(report.mock.calls.at(-1)?.[1]).toMatchObject({
    what: expect.stringContaining('not asked'),
  });
  expect(store.getState().speed.measuring).toBeNull();
});
