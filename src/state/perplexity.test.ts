import { describe, expect, test, vi } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import { sweepStrategy } from '../needle/sweep/strategy-title';
import { choiceFrom } from '../strategies/presets';
import type { Trouble } from '../trouble';
import type { EngineApi, ModelInfo, PerplexityRequest, PerplexityResult } from '../worker/protocol';
import { createPageStore } from './page-store';
import { applyPerplexityEvent, isComplete, shownRuns } from './perplexity';
import { createPerplexityActions } from './perplexity-actions';
import { setupFrom } from './setup';

const MODEL = { name: 'tiny', parameters: 1 } as ModelInfo;
const NOWHERE = { layer: 0, head: 0, query: null, key: null, step: null };
const MORE = { firstEviction: 3, kvBytes: 64, ms: 10 };

/** A page whose engine reads `read` of four tokens, and tells half of it on the way. */
function page({ read = 4, failing = '' } = {}) {
  const store = createPageStore(setupFrom(defaultPrompt(1)), NOWHERE);
  store.setState({ model: MODEL });
  const requests: PerplexityRequest[] = [];
  const troubles: (Trouble | null)[] = [];
  const tell = (event: Parameters<typeof applyPerplexityEvent>[1]) =>
    store.setState((state) => applyPerplexityEvent(state, event));
  const perplexity = vi.fn<EngineApi['perplexity']>(async (request) => {
    requests.push(request);
    if (failing) {
      const trouble: Trouble = { code: 'internal', what: failing, advice: '', actions: [] };
      return { ok: false, trouble };
    }
    tell({ part: 'text', tokens: 4, prompt: 1 });
    const surprisals = Float32Array.of(Number.NaN, 1, 2, 3).fill(Number.NaN, read);
    tell({ part: 'piece', strategy: 0, from: 0, surprisals: surprisals.slice(0, 2), ...MORE });
    const value: PerplexityResult = {
      model: 'tiny',
      adapter: '',
      tokens: 4,
      prompt: 1,
      stopped: read < 4,
      runs: request.strategies.map((strategy) => ({
        strategy,
        surprisals,
        read,
        trouble: null,
        ...MORE,
      })),
    };
    return { ok: true, value };
  });
  const actions = createPerplexityActions({ perplexity }, store, (_, trouble) =>
    troubles.push(trouble),
  );
  const titles = () => shownRuns(store.getState().perplexity).map(({ title }) => title);
  return { store, actions, requests, troubles, titles, tell };
}

const H2O = sweepStrategy(choiceFrom('h2o', []));

describe('measuring perplexity', () => {
  test('asks for the text and the strategies of the draft, and shows what came out', async () => {
    const { store, actions, requests, titles } = page();
    actions.changePerplexity({ numbers: { length: '300', start: 20, prompt: 8 } });
    await actions.measurePerplexity();
    expect(requests[0]).toMatchObject({
      text: { haystack: { id: 'stories' }, start: 20, length: 300 },
      prompt: 8,
      strategies: [
        choiceFrom('dense', []),
        choiceFrom('window', []),
        choiceFrom('streaming-llm', []),
      ],
    });
    expect(titles()).toEqual(['Dense', 'Window attention', 'StreamingLLM']);
    const { perplexity } = store.getState();
    expect(perplexity.measuring).toBeNull();
    expect(shownRuns(perplexity).every(isComplete)).toBe(true);
    expect(shownRuns(perplexity)[0]).toMatchObject({ read: 4, ...MORE });
  });

  test('a strategy that was through is not asked again; one that is new is', async () => {
    const { store, actions, requests, titles } = page();
    await actions.measurePerplexity();
    const { draft } = store.getState().perplexity;
    actions.changePerplexity({ strategies: [H2O, draft.strategies[1]] });
    expect(titles()).toEqual(['Window attention']);
    await actions.measurePerplexity();
    expect(requests[1].strategies).toEqual([H2O.choice]);
    expect(titles()).toEqual(['H2O', 'Window attention']);
    // Nothing is missing: then everything is wanted anew.
    await actions.measurePerplexity();
    expect(requests[2].strategies).toHaveLength(2);
  });

  test('another text begins anew', async () => {
    const { store, actions, requests, titles } = page();
    await actions.measurePerplexity();
    const { draft } = store.getState().perplexity;
    actions.changePerplexity({ numbers: { ...draft.numbers, start: 50 } });
    // What is on screen stays until there is something new.
    expect(titles()).toHaveLength(3);
    await actions.measurePerplexity();
    expect(requests[1].strategies).toHaveLength(3);
  });

  test('what was stopped is kept, and measured again when asked', async () => {
    const { store, actions, requests } = page({ read: 3 });
    await actions.measurePerplexity();
    const [run] = shownRuns(store.getState().perplexity);
    expect(isComplete(run)).toBe(false);
    expect(Array.from(run.surprisals.subarray(1, 3))).toEqual([1, 2]);
    await actions.measurePerplexity();
    expect(requests[1].strategies).toHaveLength(3);
  });

  test('a number out of range and a failing engine are told', async () => {
    const wrong = page();
    wrong.actions.changePerplexity({ numbers: { length: 1, start: 0, prompt: 1 } });
    await wrong.actions.measurePerplexity();
    expect(wrong.requests).toEqual([]);
    expect(wrong.troubles.at(-1)?.what).toContain('length');
    const failing = page({ failing: 'no GPU' });
    await failing.actions.measurePerplexity();
    expect(failing.troubles.at(-1)?.what).toBe('no GPU');
    expect(failing.store.getState().perplexity.measuring).toBeNull();
  });

  test('news that nobody here asked for change nothing', () => {
    const { store, tell } = page();
    const before = store.getState().perplexity;
    tell({ part: 'text', tokens: 9, prompt: 1 });
    expect(store.getState().perplexity).toBe(before);
  });
});
