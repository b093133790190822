import { expect, test } from 'vitest';
import { presetOf } from '../strategies/presets';
import type { ModelInfo, PerplexityRequest, PerplexityResult } from '../worker/protocol';
import type { EngineListeners } from './headless-listeners';
import { measurePerplexity } from './headless-perplexity';
import type { PerplexityOptions, Steps } from './headless-types';

const MODEL = { name: 'tiny', vocabSize: 10, calibration: null } as ModelInfo;
const SURPRISALS = Float32Array.of(Number.NaN, Math.log(2), Math.log(8), Number.NaN);

/** An engine that reads three tokens of four under each strategy. */
function fakeEngine() {
  const requests: PerplexityRequest[] = [];
  const listeners: EngineListeners = new Set();
  const tell = (...batch: Parameters<Parameters<EngineListeners['add']>[0]>[0]) => {
    for (const hear of listeners) hear(batch);
  };
  const perplexity = async (request: PerplexityRequest) => {
    requests.push(request);
    tell({ type: 'perplexity', event: { part: 'text', tokens: 4, prompt: 1 } });
    const news = { from: 0, surprisals: SURPRISALS.slice(0, 3) };
    const more = { firstEviction: 2, kvBytes: 64, ms: 30 };
    tell({ type: 'perplexity', event: { part: 'piece', strategy: 0, ...news, ...more } });
    const runs = request.strategies.map((strategy) => ({
      strategy,
      surprisals: SURPRISALS,
      read: 3,
      trouble: null,
      ...more,
    }));
    const value: PerplexityResult = {
      model: 'tiny',
      adapter: 'fake',
      tokens: 4,
      prompt: 1,
      runs,
      stopped: true,
    };
    return { ok: true as const, value };
  };
  const steps: Steps[] = [];
  const measure = (options: PerplexityOptions) =>
    measurePerplexity({ perplexity }, listeners, options, MODEL, (step) => steps.push(step));
  return { measure, requests, steps, listeners };
}

test('one strategy with its settings, or several; the text begins where it is told', async () => {
  const { measure, requests } = fakeEngine();
  await measure({ strategy: 'window', set: ['cache.recent=20'], length: 50, start: 30 });
  await measure({
    strategies: ['dense', 'streaming-llm:cache.sinks=1,cache.recent=9'],
    text: 'A b.',
  });
  const [one, several] = requests;
  expect(one.text).toEqual({ haystack: { id: 'stories' }, start: 30, length: 50 });
  expect(one.prompt).toBe(32);
  expect(one.strategies.map(({ cache }) => cache)).toEqual([
    { id: 'window', values: { recent: 20 } },
  ]);
  expect(several.text).toMatchObject({ haystack: { text: 'A b.' }, start: 0, length: 1024 });
  expect(several.strategies[0]).toEqual(presetOf('dense').choice);
  expect(several.strategies[1].cache.values).toMatchObject({ sinks: 1, recent: 9 });
});

test('the result is plain JSON: null for the first token, nothing behind what was read', async () => {
  const { measure, steps, listeners } = fakeEngine();
  const found = await measure({ ids: [1, 2, 3, 4], prompt: 1 });
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  expect(found.text).toBeNull();
  const [run] = found.runs;
  expect(run).toMatchObject({ title: 'Dense', read: 3, firstEviction: 2, kvBytes: 64 });
  expect(run.surprisals[0]).toBeNull();
  expect(run.surprisals).toHaveLength(3);
  expect(run.perplexity).toBeCloseTo(4, 5);
  expect(steps).toEqual([{ what: 'Dense', done: 3, total: 4 }]);
  expect(listeners.size).toBe(0);
});

test('ids of another model are refused', async () => {
  const { measure, requests } = fakeEngine();
  await expect(measure({ ids: [1, 10] })).rejects.toThrow('ids[1]');
  await expect(measure({ strategies: ['nothing'] })).rejects.toThrow('"nothing"');
  expect(requests).toEqual([]);
});
