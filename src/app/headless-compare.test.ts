import { expect, test } from 'vitest';
import { choiceFrom } from '../strategies/presets';
import type { StrategyChoice } from '../strategies/registry';
import type { Divergence, EngineEvent, ModelInfo, RunRequest, RunResult } from '../worker/protocol';
import { compareRuns } from './headless-compare';
import type { EngineListeners } from './headless-listeners';
import type { CompareOptions, Steps } from './headless-types';

const MODEL = { name: 'tiny', layers: 2, kvHeads: 1, vocabSize: 9, calibration: null };
const STEP = { id: 5, piece: ' a', kl: 0.5, logP: -1, logQ: -2, topP: 5, topQ: 5, pieceQ: ' a' };
const OTHER = { ...STEP, kl: 1.5, topQ: 6, pieceQ: ' b' };
const DIVERGENCE: Divergence = { firstDifference: 1, answerTokens: 2, steps: [STEP, OTHER] };

const resultOf = (strategy: StrategyChoice) =>
  ({ strategy, promptTokens: 4, generated: [5] }) as unknown as RunResult;

async function compare(options: CompareOptions) {
  const listeners: EngineListeners = new Set();
  const tell = (event: EngineEvent) => {
    for (const hear of listeners) hear([event]);
  };
  const asked: { runs: RunRequest[]; compared: StrategyChoice[] } = { runs: [], compared: [] };
  const progress: Steps[] = [];
  const engine = {
    async run(request: RunRequest) {
      asked.runs.push(request);
      tell({ type: 'prefill', done: 4, total: 4, ms: 1 });
      return { ok: true as const, value: resultOf(request.strategy) };
    },
    async compare(strategy: StrategyChoice) {
      asked.compared.push(strategy);
      tell({ type: 'compared', event: { type: 'prefill', done: 4, total: 4, ms: 1 } });
      return { ok: true as const, value: resultOf(strategy) };
    },
    async divergence() {
      tell({ type: 'divergence', done: 5, total: 6, steps: [] });
      return { ok: true as const, value: DIVERGENCE };
    },
    kept: async (of: 'run' | 'compared') => ({
      ok: true as const,
      value: [Uint32Array.of(0, 1, 4), of === 'run' ? Uint32Array.of(2) : Uint32Array.of(1, 2, 3)],
    }),
  };
  const found = await compareRuns(engine, listeners, options, MODEL as ModelInfo, (steps) =>
    progress.push(steps),
  );
  expect(listeners.size).toBe(0);
  return { found, progress, ...asked };
}

test('both runs, how far they are apart, and what each kept', async () => {
  const { found, progress, runs, compared } = await compare({
    ids: [1, 2, 3, 4],
    strategy: 'window',
    with: 'streaming-llm',
    withSet: ['cache.recent=9'],
  });
  expect(runs).toMatchObject([{ strategy: choiceFrom('window', []), inspect: true }]);
  expect(compared).toEqual([choiceFrom('streaming-llm', ['cache.recent=9'])]);
  expect(found).toMatchObject({
    a: { strategy: choiceFrom('window', []) },
    b: { strategy: compared[0] },
    meanKl: 1,
    sameTop: 1,
    ...DIVERGENCE,
  });
  // Positions after the prompt do not count.
  expect(found.kept).toEqual([
    [{ both: 2, onlyA: 0, onlyB: 0, neither: 2 }],
    [{ both: 1, onlyA: 0, onlyB: 2, neither: 1 }],
  ]);
  expect(progress.map(({ what }) => what)).toEqual([
    'first strategy',
    'second strategy',
    'along the first answer',
  ]);
});

test('compares with dense where nothing is named, and refuses what does not exist before it runs', async () => {
  expect((await compare({ strategy: 'window' })).compared).toEqual([choiceFrom('dense', [])]);
  await expect(compare({ with: 'nothing' })).rejects.toMatchObject({
    trouble: { code: 'bad-input' },
  });
});
