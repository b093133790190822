import { describe, expect, test, vi } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import type { PreparedPrompt } from '../needle/prompt-spec';
import type { CacheSnapshot, EngineEvent } from '../worker/protocol';
import { accountingOf } from '../worker/testing-accounting';
import { createPageStore, processedTokens } from './page-store';
import { applyEvents, showPrompt } from './run-events';
import { setupFrom } from './setup';

function promptOf(...ids: number[]): PreparedPrompt {
  return {
    spec: defaultPrompt(1),
    ids: Uint32Array.from(ids),
    pieces: ids.map((id) => ` t${id}`),
    needles: [],
    needleSpan: null,
    questionSpan: null,
    realisedDepth: null,
    frame: null,
    check: null,
  };
}

const SNAPSHOT: CacheSnapshot = {
  tokens: 2,
  pageSlots: 16,
  pageBytes: 64,
  pagesHeld: 1,
  peakPages: 1,
  besideBytes: 0,
  pages: Uint32Array.of(1),
  slots: Uint32Array.of(2),
  denseBytes: 64,
  inspectionBytes: 0,
};

const ACCOUNTING = accountingOf({ pairs: 4, causalPairs: 6, density: 4 / 6 });

const RUN: EngineEvent[] = [
  { type: 'prepared', prompt: promptOf(0, 7, 8) },
  { type: 'state', state: 'running' },
  { type: 'prefill', done: 2, total: 3, ms: 10 },
  { type: 'cache', snapshot: SNAPSHOT },
  { type: 'prefill', done: 3, total: 3, ms: 15 },
  { type: 'token', index: 0, id: 4, piece: ' a', decodeMs: 0 },
  { type: 'token', index: 1, id: 5, piece: ' b', decodeMs: 6 },
];

function page() {
  const store = createPageStore(setupFrom(defaultPrompt(1)), {
    layer: 0,
    head: 0,
    query: null,
    key: null,
    step: null,
  });
  const apply = (...batch: EngineEvent[]) => {
    store.setState((state) => applyEvents(state, batch));
    return store.getState();
  };
  store.setState({ runRequested: true });
  return { store, apply };
}

describe('events of a run', () => {
  test('one batch makes one state with all that happened', () => {
    const { apply } = page();
    const { activity, run, selection } = apply(...RUN);
    expect(activity).toBe('running');
    expect(run?.generated.map(({ piece }) => piece)).toEqual([' a', ' b']);
    expect(processedTokens(run)).toBe(3);
    expect(selection.query).toBe(2);
  });

  test('a picked token stays picked', () => {
    const { store, apply } = page();
    store.setState({ selection: { layer: 1, head: 1, query: 1, key: 0, step: null } });
    expect(apply(...RUN).selection.query).toBe(1);
  });

  test('a pause does not begin a new run', () => {
    const { apply } = page();
    apply(...RUN);
    apply({ type: 'state', state: 'paused' });
    const { run, activity } = apply({ type: 'state', state: 'running' });
    expect(activity).toBe('running');
    expect(run?.generated).toHaveLength(2);
  });

  test('what the kernels counted and what the run was asked to measure stay with it', () => {
    const { store, apply } = page();
    store.setState({ measures: { recall: true, surprisal: false, timeStages: false } });
    expect(apply(...RUN).run?.accounting).toBeNull();
    const { run } = apply({ type: 'accounting', accounting: ACCOUNTING });
    expect(run?.accounting).toBe(ACCOUNTING);
    store.setState({ measures: { recall: false, surprisal: false, timeStages: false } });
    expect(store.getState().run?.measures.recall).toBe(true);
  });

  test('a replayed token is not doubled', () => {
    const { apply } = page();
    apply(...RUN);
    const { run } = apply({ type: 'token', index: 1, id: 5, piece: ' b', decodeMs: 7 });
    expect(run?.generated).toHaveLength(2);
  });

  test('the same prompt keeps the run on screen, another text puts it away', () => {
    const { store, apply } = page();
    apply(...RUN);
    store.setState((state) => showPrompt(state, promptOf(0, 7, 8)));
    expect(store.getState().run).not.toBeNull();
    store.setState((state) => showPrompt(state, promptOf(0, 7, 9)));
    expect(store.getState().run).toBeNull();
    expect(store.getState().selection.query).toBeNull();
  });

  test('the progress of a calibration is shown to the page that asked for it', () => {
    const { store, apply } = page();
    const progress: EngineEvent = { type: 'calibrate', done: 3, total: 9, what: 'layer 1' };
    expect(apply(progress).calibrating).toBeNull();
    store.setState({ calibrating: { done: 0, total: 0, what: 'starting', begunAt: 5 } });
    const now = vi.spyOn(performance, 'now').mockReturnValue(70);
    const shown = { done: 3, total: 9, what: 'layer 1', begunAt: 70 };
    expect(apply(progress).calibrating).toEqual(shown);
    // The clock starts anew only with the next measurement.
    now.mockReturnValue(90);
    expect(apply({ ...progress, done: 4 }).calibrating).toEqual({ ...shown, done: 4 });
    now.mockRestore();
  });

  test('a run that the page did not ask for is not shown, and replaces the one on screen', () => {
    const { store, apply } = page();
    apply(...RUN);
    store.setState({ runRequested: false, activity: 'idle' });
    const { run, activity } = apply(...RUN);
    expect(run).toBeNull();
    expect(activity).toBe('idle');
  });
});
