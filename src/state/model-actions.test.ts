import { beforeEach, expect, test, vi } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import { TroubleError } from '../trouble';
import type { LoadRequest, MemoryPlan, ModelInfo, Outcome } from '../worker/protocol';
import { createModelActions } from './model-actions';
import { createPageStore } from './page-store';
import { applyEvents } from './run-events';
import { PROMPT_PARAMETERS, setupFrom } from './setup';

const MODEL = {
  name: 'tiny',
  fingerprint: 'f',
  layers: 2,
  heads: 3,
  address: 'hub:a/b',
} as ModelInfo;
const OTHER = { ...MODEL, name: 'other', layers: 1, address: null };
const PLAN = { name: 'other' } as MemoryPlan;
const REQUEST: LoadRequest = {
  source: { kind: 'hub', id: 'a/b', revision: 'main', file: null },
  precision: 'auto',
};

function page() {
  const selection = { layer: 1, head: 2, query: null, key: null, step: null };
  const store = createPageStore(
    setupFrom(defaultPrompt(PROMPT_PARAMETERS.seed.default)),
    selection,
  );
  const engine = {
    load: vi.fn(async (): Promise<Outcome<ModelInfo>> => ({ ok: true, value: MODEL })),
    plan: vi.fn(async (): Promise<Outcome<MemoryPlan>> => ({ ok: true, value: PLAN })),
    cancelLoad: vi.fn(async () => {}),
    training: vi.fn(async () => ({ ok: true as const, value: null })),
    storedModels: vi.fn(async () => ({ ok: true as const, value: [] })),
    removeStored: vi.fn(async () => ({ ok: true as const, value: undefined })),
  };
  const report = vi.fn((source, trouble) =>
    store.setState({ troubles: trouble ? { [source]: trouble } : {} }),
  );
  const actions = createModelActions(engine, store, report, () => REQUEST);
  return { store, engine, actions, state: () => store.getState() };
}

const failure = (code: 'model-damaged' | 'cancelled') => ({
  ok: false as const,
  trouble: new TroubleError(code, 'what', 'advice').trouble,
});

beforeEach(() => {
  vi.stubGlobal('localStorage', { getItem: () => null });
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('location', { href: 'https://host/?model=hub:a/b' });
  vi.stubGlobal('history', { replaceState: vi.fn() });
});

test('a model that was chosen is loaded after a look, and the address follows', async () => {
  const { actions, engine, state } = page();
  await actions.load();
  await actions.chooseModel('other', REQUEST);
  expect(state().models).toMatchObject({ open: true, choice: { title: 'other', plan: PLAN } });
  engine.load.mockResolvedValue({ ok: true, value: OTHER });
  await actions.loadChoice('f32', true);
  expect(engine.load).toHaveBeenLastCalledWith({ ...REQUEST, precision: 'f32', keep: true });
  expect(state()).toMatchObject({ model: OTHER, selection: { layer: 0, head: 2 } });
  expect(state().models).toMatchObject({ choice: null, loading: null });
  // Files of this machine have no address.
  const [, , url] = vi.mocked(history.replaceState).mock.lastCall ?? [];
  expect(String(url)).toBe('https://host/?precision=f32');
});

test('a load that fails or is cancelled leaves the model and the run', async () => {
  const { actions, engine, store, state } = page();
  await actions.load();
  const run = { id: 1 } as never;
  store.setState({ run });
  await actions.chooseModel('other', REQUEST);
  engine.load.mockResolvedValue(failure('model-damaged'));
  await actions.loadChoice('f32', false);
  expect(state()).toMatchObject({ model: MODEL, run });
  expect(state().troubles.load?.actions).toEqual([{ do: 'retry', label: 'Load again' }]);
  engine.load.mockResolvedValue(failure('cancelled'));
  await actions.loadChoice('f32', false);
  expect(state()).toMatchObject({ model: MODEL, run, troubles: {} });
});

test('what is told late about a load is not shown', async () => {
  const { actions, engine, store, state } = page();
  let end = (_: Outcome<ModelInfo>) => {};
  engine.load.mockImplementation(
    () =>
      new Promise((resolve) => {
        end = resolve;
      }),
  );
  const loading = actions.load();
  const news = { type: 'load', phase: 'read', done: 1, total: 2 } as const;
  store.setState((before) => applyEvents(before, [news]));
  expect(state().models.loading?.progress).toEqual(news);
  end({ ok: true, value: MODEL });
  await loading;
  store.setState((before) => applyEvents(before, [news]));
  expect(state().models.loading).toBeNull();
});

test('a look that fails tells why and lets go of the choice', async () => {
  const { actions, engine, state } = page();
  engine.plan.mockResolvedValue(failure('model-damaged'));
  await actions.chooseModel('other', REQUEST);
  expect(state().models.choice).toBeNull();
  expect(state().troubles.load?.what).toBe('what');
});
