import { describe, expect, test, vi } from 'vitest';
import type { Calibration } from '../strategies/calibration';
import { PRESETS, presetOf } from '../strategies/presets';
import { createHeadlessApi } from './headless';
import type { Steps } from './headless-types';
import { CLASSES, CURVES, fakeEngine, MODEL, SINKS } from './testing-engine';

const dense = presetOf('dense').choice;

describe('run', () => {
  test('without options: the default prompt, dense and greedy', async () => {
    const { api, runs } = fakeEngine();
    const result = await api.run({});
    expect(runs).toEqual([
      {
        prompt: {
          haystack: { id: 'stories' },
          length: 512,
          depth: 50,
          needle: expect.stringContaining('The '),
          question: expect.stringContaining('?'),
          expected: expect.any(String),
          seed: 0,
        },
        strategy: dense,
        calibration: null,
        sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 },
        maxTokens: 48,
        inspect: false,
        recall: false,
        timeStages: false,
        dump: [],
      },
    ]);
    expect(result).toMatchObject({ generated: [7], correct: true, seed: 0, strategy: dense });
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  test('the seed decides needle, excerpt and sampling', async () => {
    const { api, runs } = fakeEngine();
    await api.run({ seed: 3 });
    await api.run({ seed: 4 });
    const [three, four] = runs.map(({ prompt, sampling }) => ({ ...prompt, drawn: sampling.seed }));
    expect(three).toMatchObject({ seed: 3, drawn: 3 });
    expect(three).not.toMatchObject({ needle: (four as { needle?: string }).needle });
  });

  test('a needle, a question or neither of one’s own', async () => {
    const { api, runs } = fakeEngine();
    await api.run({ needle: '', question: '' });
    await api.run({ question: 'Why?' });
    await api.run({ needle: 'N.', question: 'Q?', expected: 'E' });
    expect(runs.map(({ prompt }) => prompt)).toMatchObject([
      { needle: '', question: '', expected: '' },
      { needle: '', question: 'Why?', expected: '' },
      { needle: 'N.', question: 'Q?', expected: 'E' },
    ]);
  });

  test('a text is read whole unless a length is given', async () => {
    const { api, runs } = fakeEngine();
    await api.run({ text: 'Mine.' });
    await api.run({ text: 'Mine.', length: 99 });
    expect(runs.map(({ prompt }) => prompt)).toMatchObject([
      { haystack: { text: 'Mine.' }, length: null },
      { haystack: { text: 'Mine.' }, length: 99 },
    ]);
  });

  test('top-k or top-p alone draw at temperature 1', async () => {
    const { api, runs } = fakeEngine();
    await api.run({ topK: 5 });
    await api.run({ topP: 0.5, temperature: 0.7 });
    expect(runs.map(({ sampling }) => sampling)).toMatchObject([
      { temperature: 1, topK: 5, topP: 1 },
      { temperature: 0.7, topK: 0, topP: 0.5 },
    ]);
  });

  test('a strategy with settings', async () => {
    const { api, runs } = fakeEngine();
    await api.run({ strategy: 'streaming-llm', set: ['cache.recent=17'] });
    expect(runs[0].strategy.cache.values.recent).toBe(17);
  });

  test.each([
    [{ seed: -1 }, 'seed'],
    [{ seed: 0.5 }, 'seed'],
    [{ maxTokens: -1 }, 'maxTokens'],
    [{ temperature: -1 }, 'temperature'],
    [{ topP: 2 }, 'topP'],
    [{ topK: Number.NaN }, 'topK'],
    [{ strategy: 'magic' }, 'magic'],
    [{ set: ['cache.nothing=1'] }, 'nothing'],
    [{ text: 'a', haystack: 'b' }, 'Both'],
  ])('refuses %j', async (options, part) => {
    const { api, runs } = fakeEngine();
    await expect(api.run(options)).rejects.toThrow(part);
    expect(runs).toEqual([]);
  });
});

describe('tile', () => {
  const options = { ids: [0, 5, 9], layer: 1, head: 2, queries: [0, 2], keys: [1, 3] } as const;
  const asked = () => ({ ...structuredClone(options), ids: [...options.ids] }) as never;

  test('reads the ids, then gives one row a query; what was not seen weighs nothing', async () => {
    const { api, runs, tiles } = fakeEngine();
    expect(await api.tile(asked())).toEqual({
      weights: [
        [0, 0],
        [0, 0.375],
      ],
    });
    expect(runs).toMatchObject([
      { prompt: { ids: [0, 5, 9] }, maxTokens: 0, inspect: true, strategy: dense },
    ]);
    expect(tiles).toMatchObject([{ layer: 1, head: 2, rows: 2, columns: 2 }]);
  });

  test('of all heads and layers together', async () => {
    const { api, tiles } = fakeEngine();
    await api.tile({ ...(asked() as object), layer: 'mean', head: 'max' } as never);
    expect(tiles).toMatchObject([{ layer: 'mean', head: 'max' }]);
  });

  test.each([
    [{ ids: [] }, 'no token ids'],
    [{ ids: [0, 100, 1] }, 'ids[1] must be a whole number from 0 to 99, found 100'],
    [{ layer: 2 }, 'layer must be a whole number from 0 to 1, found 2'],
    [{ head: 3 }, 'head must be'],
    [{ head: 'median' }, 'head must be'],
    [{ queries: [0, 4] }, 'within 0:3, found 0:4'],
    [{ queries: [2, 2] }, 'found 2:2'],
    [{ keys: [-1, 2] }, 'keys must be'],
  ])('refuses %j', async (change, part) => {
    const { api } = fakeEngine();
    await expect(api.tile({ ...(asked() as object), ...change } as never)).rejects.toThrow(part);
  });
});

describe('calibrate', () => {
  test('measures all kinds unless told, and passes progress on while it measures', async () => {
    const { api, measured, listeners } = fakeEngine();
    const steps: Steps[] = [];
    expect(await api.calibrate({}, (step) => steps.push(step))).toEqual(CLASSES);
    await api.calibrate({ kinds: ['streaming-gates', 'streaming-gates'] });
    expect(measured).toEqual([
      ['head-classes', 'prefill-patterns', 'streaming-gates'],
      ['streaming-gates'],
    ]);
    expect(steps).toEqual([{ done: 1, total: 2, what: 'head-classes' }]);
    expect(listeners.size).toBe(0);
  });

  test('refuses what it does not know, and says when it was stopped', async () => {
    const { api, measured } = fakeEngine();
    await expect(api.calibrate({ kinds: ['sinks' as never] })).rejects.toThrow('"sinks"');
    expect(measured).toEqual([]);
    const both = api.calibrate({ kinds: ['head-classes', 'streaming-gates'] });
    await expect(both).rejects.toThrow('Stopped');
  });

  test('runs use what came with the model, or the one that is given', async () => {
    const shipped: Calibration = { model: 'tiny', streamingGates: [[1], [0]] };
    const { api, runs } = fakeEngine({ ...MODEL, calibration: shipped });
    await api.run({});
    await api.run({ calibration: CLASSES });
    await api.heads({ calibration: JSON.parse(JSON.stringify(CLASSES)) });
    const used = runs.map(({ calibration }) => calibration);
    expect(used).toEqual([shipped, CLASSES, CLASSES]);
    await expect(api.run({ calibration: { ...CLASSES, model: 'large' } })).rejects.toThrow('large');
    await expect(api.run({ calibration: [] })).rejects.toThrow('must be an object');
    expect(runs).toHaveLength(3);
  });
});

describe('heads', () => {
  test('reads and answers, then gives a row a layer; what is missing is null', async () => {
    const { api, runs } = fakeEngine();
    const found = await api.heads({ length: 100 });
    expect(found).toMatchObject({
      layers: 2,
      heads: 3,
      prompt: { ids: [0, 4, 6], needleSpans: [[1, 2]] },
      generated: [7],
      sink: [
        [0, 1, 2],
        [3, 4, 5],
      ],
      influence: [
        [null, null, null],
        [null, null, null],
      ],
      copy: [
        [0, 0, 0],
        [0, 0, 1],
      ],
      retrieval: null,
      windowed: [[0], [1]],
      sinks: { hidden: SINKS.hidden, firstSink: { position: 0 } },
    });
    expect(found).not.toHaveProperty('mass');
    expect(found).not.toHaveProperty('curves');
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
    expect(runs).toMatchObject([{ maxTokens: 48, inspect: true, prompt: { length: 100 } }]);
  });

  test('ids, and what else is asked for', async () => {
    const { api, runs } = fakeEngine();
    const found = await api.heads({ ids: [0, 5], maxTokens: 0, mass: true, curves: true });
    expect(found).toMatchObject({
      prompt: { ids: [0, 5], needleSpans: [] },
      mass: [
        [1, 0.5, 0.25],
        [1, 0.5, null],
      ],
      curves: { waad: [0, 1, 2], fai: [null, null, null], localHeads: CURVES.localHeads },
    });
    expect(runs).toMatchObject([{ maxTokens: 0, prompt: { ids: [0, 5] } }]);
    await expect(api.heads({ ids: [100] })).rejects.toThrow('ids[0]');
  });
});

test('logits takes ten unless told, and checks ids', async () => {
  const { api } = fakeEngine();
  expect((await api.logits({ ids: [1] })).top).toHaveLength(10);
  await expect(api.logits({ ids: [1], top: 0 })).rejects.toThrow('top must be');
  await expect(api.logits({ ids: [1.5] })).rejects.toThrow('ids[0]');
});

test('strategies are plain JSON, with parameters', async () => {
  const { api } = fakeEngine();
  const strategies = await api.strategies();
  expect(JSON.parse(JSON.stringify(strategies))).toEqual(strategies);
  expect(strategies.presets).toHaveLength(PRESETS.length);
  expect(strategies.tasks.map(({ id }) => id)).toContain('threading');
  const sinks = strategies.cache.flatMap(({ parameters }) => parameters.map(({ name }) => name));
  expect(sinks).toContain('recent');
});

test('calls wait for the model and for each other, and go on after a failure', async () => {
  const { engine } = fakeEngine();
  const order: string[] = [];
  const run = engine.run;
  vi.spyOn(engine, 'run').mockImplementation(async (request) => {
    order.push(`begin ${request.sampling.seed}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    order.push(`end ${request.sampling.seed}`);
    return run(request);
  });
  const api = createHeadlessApi(engine, new Set(), async () => MODEL);
  const bad = api.run({ depth: 1, seed: -5 });
  const both = Promise.all([api.run({ seed: 1 }), api.run({ seed: 2 })]);
  await expect(bad).rejects.toThrow('seed');
  await both;
  expect(order).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
});

test("the engine's trouble comes out as it is", async () => {
  const { engine } = fakeEngine();
  const trouble = { code: 'out-of-memory', what: 'Full.', advice: 'Less.', actions: [] } as const;
  vi.spyOn(engine, 'run').mockResolvedValue({
    ok: false,
    trouble: { ...trouble, actions: [] },
  });
  const api = createHeadlessApi(engine, new Set(), async () => MODEL);
  await expect(api.run({})).rejects.toMatchObject({ trouble });
});
