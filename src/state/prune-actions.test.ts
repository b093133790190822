import { expect, test, vi } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import { presetOf } from '../strategies/presets';
import type { StrategyChoice } from '../strategies/registry';
import type { CacheSnapshot, HeadScores, ModelInfo, Outcome, RunResult } from '../worker/protocol';
import { maskedHeads } from './masked-heads';
import { createPageStore, NOTHING_INSPECTED, type RunView } from './page-store';
import { createPruneActions, pruneProblem } from './prune-actions';
import { applyEvents } from './run-events';
import { setupFrom } from './setup';

const MODEL = { layers: 2, heads: 3, kvHeads: 3 } as ModelInfo;
const BASELINE = { answer: '48213', correct: true, stopReason: 'eos' } as RunResult;

function page(run: Partial<RunView> = {}) {
  const store = createPageStore(setupFrom(defaultPrompt(1)), {
    layer: 0,
    head: 0,
    query: null,
    key: null,
    step: null,
  });
  store.setState({
    model: MODEL,
    headView: { score: 'copy', threshold: 0.3, count: 2, seed: 5 },
    inspection: {
      ...NOTHING_INSPECTED,
      heads: { copy: Float32Array.of(0, 0.9, 0, 0, 0.8, 0) } as HeadScores,
    },
    run: {
      id: 7,
      prompt: { ids: new Uint32Array(20) },
      strategy: presetOf('dense').choice,
      maxTokens: 10,
      cache: {} as CacheSnapshot,
      result: BASELINE,
      ...run,
    } as RunView,
  });
  const asked: StrategyChoice[] = [];
  const answers: Outcome<RunResult>[] = [
    { ok: true, value: { ...BASELINE, answer: 'a frog', correct: false } },
    { ok: true, value: BASELINE },
  ];
  const compare = vi.fn(async (strategy: StrategyChoice) => {
    asked.push(strategy);
    const event = { type: 'prefill', done: 12, total: 20, ms: 1 } as const;
    store.setState((state) => applyEvents(state, [{ type: 'compared', event }]));
    return answers.shift() as Outcome<RunResult>;
  });
  const endComparison = vi.fn(async () => ({ ok: true as const, value: undefined }));
  const report = vi.fn();
  const actions = createPruneActions({ compare, endComparison }, store, report);
  return { store, actions, asked, answers, compare, endComparison, report };
}

test('the run on screen is the baseline and stays; two runs beside it answer with heads masked', async () => {
  const { store, actions, asked, endComparison } = page();
  const { run } = store.getState();
  await actions.prune();
  const { pruning, run: after, activity } = store.getState();
  expect(after).toBe(run);
  expect(activity).toBe('idle');
  expect(pruning).toMatchObject({ runId: 7, state: 'done', score: 'copy', progress: { done: 12 } });
  expect(pruning?.arms.map(({ answer }) => answer?.correct)).toEqual([true, false, true]);
  expect(maskedHeads(asked[0].score)).toEqual([
    { layer: 0, head: 1 },
    { layer: 1, head: 1 },
  ]);
  expect(maskedHeads(asked[1].score)).toHaveLength(2);
  expect(endComparison).toHaveBeenCalledTimes(1);
});

test('Stop keeps what was answered', async () => {
  const { store, actions, answers } = page();
  answers[1] = { ok: true, value: { ...BASELINE, stopReason: 'stopped' } };
  await actions.prune();
  const { pruning } = store.getState();
  expect(pruning?.state).toBe('stopped');
  expect(pruning?.arms.map(({ answer }) => answer?.answer ?? null)).toEqual([
    '48213',
    'a frog',
    null,
  ]);
});

test('a run that was asked for meanwhile is left alone', async () => {
  const { store, actions, answers, endComparison } = page();
  answers[0] = { ok: true, value: { ...BASELINE, stopReason: 'stopped' } };
  store.setState({ runRequested: true });
  await actions.prune();
  expect(endComparison).not.toHaveBeenCalled();
});

test('a trouble ends it and goes to the banner', async () => {
  const { store, actions, answers, report } = page();
  const trouble = { code: 'out-of-memory', what: 'Too large.', advice: '', actions: [] } as const;
  answers[0] = { ok: false, trouble: { ...trouble, actions: [] } };
  await actions.prune();
  expect(store.getState().pruning?.state).toBe('stopped');
  expect(report).toHaveBeenLastCalledWith('run', expect.objectContaining({ what: 'Too large.' }));
});

test.each<[string, Parameters<typeof page>[0], RegExp]>([
  ['no finished run', { result: null }, /to its end first/],
  ['a stopped run', { result: { ...BASELINE, stopReason: 'stopped' } }, /was stopped/],
  [
    'another score rule',
    { strategy: { ...presetOf('dense').choice, score: { id: 'temperature', values: {} } } },
    /softmax/,
  ],
])('says why it cannot be done: %s', async (_, run, why) => {
  const { store, actions, compare } = page(run);
  expect(pruneProblem(store.getState())).toMatch(why);
  await actions.prune();
  expect(compare).not.toHaveBeenCalled();
});

test('says why it cannot be done: no score, or too few heads', () => {
  const { store } = page();
  const withView = (change: object) => {
    store.setState(({ headView }) => ({ headView: { ...headView, ...change } }));
    return pruneProblem(store.getState());
  };
  expect(withView({ count: 4 })).toMatch(/from 1 to 3/);
  expect(withView({ score: 'induction' })).toMatch(/not been measured/);
  expect(withView({ score: 'class' })).toMatch(/no order/);
  expect(withView({ score: 'copy', count: 3 })).toBeNull();
});
