import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuModel } from '../engine/gpu-model';
import { NEVER_EVICTED } from '../engine/inspection';
import type { Run } from '../engine/run';
import { GREEDY, randomModel, runToEnd, testConfig } from '../engine/testing';
import { heldEntries } from '../probes/held-entries';
import { buildStrategy } from '../strategies/build';
import { choiceFrom } from '../strategies/presets';
import { TroubleError } from '../trouble';
import { cacheHistory } from './cache-history';

const CONFIG = testConfig({ heads: 4, kvHeads: 2 });
const IDS = Array.from({ length: 70 }, (_, i) => (i * 7) % CONFIG.vocabSize);
const HEADS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

let model: GpuModel;
beforeAll(async () => {
  model = (await randomModel(CONFIG, 8)).model;
});
afterAll(() => model.destroy());

function runUnder(preset: string, settings: string[]): Promise<Run> {
  return runToEnd(model, {
    ids: IDS,
    strategy: buildStrategy(choiceFrom(preset, settings), CONFIG, null),
    sampling: GREEDY,
    maxTokens: 9,
    inspect: true,
  });
}

describe.each([
  ['h2o', ['cache.heavy=9', 'cache.recent=6'], true],
  ['ada-kv', ['cache.budget=20', 'cache.window=5'], true],
  ['streaming-llm', ['cache.recent=20'], false],
])('the history of a cache under %s', (preset, settings, scored) => {
  let run: Run;
  beforeAll(async () => {
    run = await runUnder(preset, settings);
  });
  afterAll(() => run.destroy());

  it('ends with what is held, and each departure with a score has one that was enough', async () => {
    const kept = await run.cache.keptPositions();
    for (const [index, [layer, kvHead]] of HEADS.entries()) {
      const { evictedAt, lostScore, lowestKept } = await cacheHistory(model, run, layer, kvHead);
      expect([evictedAt.length, lowestKept.length]).toEqual([run.processed, run.processed + 1]);
      const positions = [...evictedAt.keys()];
      expect(positions.filter((at) => evictedAt[at] === NEVER_EVICTED)).toEqual([...kept[index]]);
      const left = positions.filter((at) => evictedAt[at] !== NEVER_EVICTED);
      expect(left.length).toBeGreaterThan(0);
      for (const position of positions) {
        const gone = left.includes(position);
        expect(Number.isNaN(lostScore[position])).toBe(!(gone && scored));
        if (gone && scored) {
          expect(lostScore[position]).toBeLessThanOrEqual(lowestKept[evictedAt[position]]);
        }
      }
    }
  });

  it('counts what a row of any time saw', async () => {
    const histories = await Promise.all(
      HEADS.map(([layer, kv]) => cacheHistory(model, run, layer, kv)),
    );
    for (const query of [0, 14, 15, 69, 70, run.processed - 1]) {
      const expected = histories.map(
        ({ evictedAt }) =>
          evictedAt.filter((at, position) => position <= query && at > query).length,
      );
      expect([...(await heldEntries(model, run, query))]).toEqual(expected);
    }
  });
});

it('refuses what is not there', async () => {
  const run = await runUnder('dense', []);
  await expect(heldEntries(model, run, run.processed)).rejects.toThrow(TroubleError);
  await expect(cacheHistory(model, run, 2, 0)).rejects.toThrow(TroubleError);
  await expect(cacheHistory(model, run, 0, 2)).rejects.toThrow(TroubleError);
  run.destroy();
});
