import { beforeEach, describe, expect, test, vi } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import type { PreparedPrompt } from '../needle/prompt-spec';
import { choiceFrom } from '../strategies/presets';
import { TroubleError } from '../trouble';
import type { Divergence, EngineEvent, ModelInfo, RunResult } from '../worker/protocol';
import { createCompareActions } from './compare-actions';
import { shownComparison } from './comparison';
import { keepCompared } from './keep-compared';
import { createPageStore } from './page-store';
import { applyEvents } from './run-events';
import { emptyReport } from './run-report';
import { promptSpecOf, setupFrom } from './setup';

const resultOf = (...generated: number[]) =>
  ({ generated, stopReason: 'eos' }) as unknown as RunResult;
const A = resultOf(5, 6, 7);
const B = resultOf(5, 8);
const STEP = { id: 5, piece: ' a', kl: 0.5, logP: -1, logQ: -2, topP: 5, topQ: 5, pieceQ: ' a' };
const DIVERGENCE: Divergence = { firstDifference: 1, answerTokens: 3, steps: [STEP, STEP, STEP] };
const STREAMING = choiceFrom('streaming-llm', []);
const SELECTION = { layer: 0, head: 0, query: null, key: null, step: null };

function page() {
  const store = createPageStore(setupFrom(defaultPrompt(1)), SELECTION);
  store.setState({ model: {} as ModelInfo });
  const hear = (...batch: EngineEvent[]) => store.setState((state) => applyEvents(state, batch));
  /** What is on screen after Run: as the engine's events and its result would make it. */
  const run = vi.fn(async () => {
    const { setup, runCount } = store.getState();
    store.setState({
      runCount: runCount + 1,
      run: {
        id: runCount + 1,
        prompt: { spec: promptSpecOf(setup), ids: Uint32Array.of(0, 1, 2) } as PreparedPrompt,
        strategy: setup.strategy,
        measures: { recall: false, surprisal: false, timeStages: false },
        expected: '',
        maxTokens: Number(setup.numbers.maxTokens),
        ...emptyReport(3),
        result: A,
      },
    });
  });
  const engine = {
    compare: vi.fn(async () => ({ ok: true as const, value: B })),
    divergence: vi.fn(async () => ({ ok: true as const, value: DIVERGENCE })),
    endComparison: vi.fn(async () => ({ ok: true as const, value: undefined })),
    kept: vi.fn(async (of: 'run' | 'compared') => ({
      ok: true as const,
      value: [Uint32Array.of(of === 'run' ? 1 : 2)],
    })),
  };
  const report = vi.fn();
  const fold = vi.fn();
  const actions = createCompareActions(engine, store, { run, fold, report });
  return { store, hear, run, engine, report, fold, ...actions };
}

let shown: ReturnType<typeof page>;
beforeEach(() => {
  shown = page();
});

describe('comparing', () => {
  test('runs the present setup first, then the second strategy, and measures', async () => {
    const { compare, run, engine, store } = shown;
    await compare();
    expect(run).toHaveBeenCalledTimes(1);
    // Full attention is first compared with the cache that only streams.
    expect(store.getState().setup.compared).toEqual(STREAMING);
    expect(engine.compare).toHaveBeenCalledWith(STREAMING, null);
    const comparison = shownComparison(store.getState());
    expect(comparison).toMatchObject({ phase: 'over', strategy: STREAMING });
    expect(comparison?.report.result).toBe(B);
    expect(comparison?.divergence).toBe(DIVERGENCE);

    // The run on screen is still the one of the setup.
    store.setState(({ setup }) => ({ setup: { ...setup, compared: choiceFrom('window', []) } }));
    await compare();
    expect(run).toHaveBeenCalledTimes(1);
    store.setState(({ setup }) => ({ setup: { ...setup, strategy: STREAMING } }));
    await compare();
    expect(run).toHaveBeenCalledTimes(2);
  });

  test('tells what happens on the way', async () => {
    const { compare, engine, hear, store } = shown;
    engine.compare.mockImplementation(async () => {
      hear({ type: 'compared', event: { type: 'state', state: 'running' } });
      expect(store.getState().activity).toBe('running');
      const token = { index: 0, id: 5, piece: ' a', decodeMs: 0 };
      hear({ type: 'compared', event: { type: 'token', ...token } });
      expect(store.getState().run?.generated).toEqual([]);
      expect(store.getState().comparison?.report.generated).toHaveLength(1);
      return { ok: true, value: B };
    });
    engine.divergence.mockImplementation(async () => {
      expect(store.getState().comparison).toMatchObject({
        phase: 'measuring',
        divergence: { firstDifference: 1, answerTokens: 3, steps: [] },
      });
      hear({ type: 'divergence', done: 2, total: 6, steps: [STEP] });
      expect(store.getState().comparison).toMatchObject({
        progress: { done: 2, total: 6 },
        divergence: { steps: [STEP] },
      });
      return { ok: true, value: DIVERGENCE };
    });
    await compare();
    expect(engine.divergence).toHaveBeenCalled();
    expect(store.getState().activity).toBe('idle');
    const over = store.getState();
    hear({ type: 'compared', event: { type: 'state', state: 'running' } });
    expect(store.getState().activity).toBe(over.activity);
  });

  test('a run that failed is not compared; a second run that failed leaves the first', async () => {
    const { compare, run, engine, report, store } = shown;
    run.mockImplementationOnce(async () => {});
    await compare();
    expect(engine.compare).not.toHaveBeenCalled();
    const { trouble } = new TroubleError('out-of-memory', 'Too much.', 'Less.');
    engine.compare.mockResolvedValueOnce({ ok: false, trouble } as never);
    await compare();
    expect(report).toHaveBeenLastCalledWith('compare', trouble);
    expect(store.getState()).toMatchObject({
      activity: 'idle',
      run: { result: A },
      comparison: { phase: 'over', report: { result: null } },
    });
  });

  test('is not shown beside another run, and is put away on demand', async () => {
    const { compare, endComparison, run, engine, store } = shown;
    await compare();
    await run();
    expect(shownComparison(store.getState())).toBeNull();
    endComparison();
    expect(store.getState()).toMatchObject({ comparison: null, setup: { compared: null } });
    expect(engine.endComparison).toHaveBeenCalled();
  });
});

describe('what the runs kept', () => {
  test('is looked up once, when both have ended and the panel is open', async () => {
    const { compare, engine, report, store } = shown;
    keepCompared(engine, store, { report });
    store.setState({ folded: ['compare'] });
    await compare();
    expect(engine.kept).not.toHaveBeenCalled();
    store.setState({ folded: [] });
    await vi.waitFor(() => expect(store.getState().comparison?.kept).not.toBeNull());
    expect(store.getState().comparison?.kept).toEqual({
      run: [Uint32Array.of(1)],
      compared: [Uint32Array.of(2)],
    });
    expect(engine.kept).toHaveBeenCalledTimes(2);
  });
});
