import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GpuModel } from '../engine/gpu-model';
import { Run } from '../engine/run';
import { GREEDY, randomModel, runToEnd, testConfig, testStrategy } from '../engine/testing';
import type { AttentionMap } from '../reference/analysis/attention-map';
import { columnsOf, hiddenSinks } from '../reference/analysis/columns';
import { headDistance, headEntropy, strongestKey } from '../reference/analysis/row-statistics';
import { influence, localAndGlobal, meanOf, waad } from '../reference/analysis/token-curves';
import { sirLlm } from '../reference/methods/cache/sirllm';
import { lookUp, randomStream } from '../reference/random-model';
import { ReferenceRun } from '../reference/run';
import { DENSE, forward, type ReferenceStrategy, visibleKeys } from '../reference/transformer';
import { buildStrategy } from '../strategies/build';
import { choiceFrom } from '../strategies/presets';
import { headStatistics, strongestKeys } from './head-statistics';
import { sinkReport } from './sink-report';
import { tokenCurves } from './token-curves';

const WINDOWS: { name: string; policy: ReferenceStrategy }[] = [
  { name: 'dense', policy: { ...DENSE, temperature: 0.2 } },
  { name: 'window', policy: { ...DENSE, recent: 23 } },
  { name: 'sinks + recent', policy: { ...DENSE, sinks: 3, recent: 18, positions: 'reindexed' } },
];
const PROMPT = 117;
const STEPS = 9;
const CONFIG = testConfig({ heads: 6, kvHeads: 2, headDim: 12, hiddenSize: 30 });
const next = randomStream(5);
const IDS = Array.from({ length: PROMPT }, () => Math.floor(Math.abs(next()) * CONFIG.vocabSize));
const asked = { ids: IDS, sampling: GREEDY, maxTokens: STEPS, inspect: true };

let model: GpuModel;
let weights: Map<string, Float32Array>;
let run: Run;
beforeAll(async () => {
  ({ model, weights } = await randomModel(CONFIG, 33));
});
afterEach(() => run.destroy());
afterAll(() => model.destroy());

describe('statistics of attention agree with the reference', () => {
  it.each(WINDOWS)('$name', async ({ policy }) => {
    const { maskedHeads, temperature, ...cache } = policy;
    const strategy = testStrategy(cache, { temperature, maskedHeads });
    run = await runToEnd(model, { ...asked, strategy });
    const all = [...IDS, ...run.generated].slice(0, run.processed);
    const { attention } = forward(CONFIG, lookUp(weights), all, policy);
    const maps = attention
      .flat()
      .map((rows) =>
        rows.map((row, query) => new Map(visibleKeys(query, policy).map((key) => [key, row[key]]))),
      );
    await expectReference(maps);
  });

  it('evictions that are no window, with positions counted anew', async () => {
    const values = { sinks: 3, entropy: 30, recent: 9, decay: 0.9, round: 16 };
    const settings = Object.entries(values).map(([name, value]) => `cache.${name}=${value}`);
    const choice = choiceFrom('dense', ['cache=sirllm', ...settings]);
    run = await runToEnd(model, { ...asked, strategy: buildStrategy(choice, CONFIG, null) });
    const parts = { length: PROMPT, context: PROMPT, documents: [] };
    const methods = { cache: sirLlm(values) };
    const oracle = new ReferenceRun(CONFIG, lookUp(weights), methods, parts, PROMPT + STEPS);
    oracle.read(IDS, values.round);
    for (const id of run.generated.slice(0, -1)) oracle.decode(id);
    await expectReference(oracle.weights.flat());
  });
});

it('samples the rows of long texts evenly, up to the newest, and says so', async () => {
  run = await runToEnd(model, { ...asked, strategy: testStrategy({}, { temperature: 0.2 }) });
  const policy = { ...DENSE, temperature: 0.2 };
  const all = [...IDS, ...run.generated].slice(0, run.processed);
  const { attention } = forward(CONFIG, lookUp(weights), all, policy);
  const samples = 50;
  const mostWeights = (CONFIG.heads * samples * (all.length + 1)) / 2;
  const sampled = Array.from(
    { length: samples },
    (_, i) => Math.floor((all.length * (i + 1)) / samples) - 1,
  );
  const rowsOf = (head: number) =>
    sampled.map(
      (query) =>
        new Map(
          attention
            .flat()
            [head][query].slice(0, query + 1)
            .entries(),
        ),
    );

  const curves = await tokenCurves(model, run, mostWeights);
  expect(curves.sampledRows).toBe(samples);
  expect([...curves.waad.keys()].filter((row) => !Number.isNaN(curves.waad[row]))).toEqual(sampled);
  const report = await sinkReport(model, run, mostWeights);
  expect(report.sampledRows).toBe(samples);
  const means = Array.from({ length: CONFIG.heads }, (_, head) =>
    all.map((_, key) => {
      const column = rowsOf(head).flatMap((row) => row.get(key) ?? []);
      return column.reduce((sum, weight) => sum + weight, 0) / column.length;
    }),
  );
  expectClose(
    report.mass.slice(0, all.length),
    all.map((_, key) => meanOf(means.map((own) => own[key]))),
  );
});

it('gives up when another run takes its place', async () => {
  run = await Run.create(model, { ...asked, strategy: testStrategy() });
  await run.readChunk();
  const measuring = tokenCurves(model, run);
  run.destroy();
  await expect(measuring).rejects.toThrow('replaced');
});

/** Holds every measurement of the run against the maps of all heads. */
async function expectReference(maps: AttentionMap[]): Promise<void> {
  const { layers, heads } = CONFIG;
  const tokens = maps[0].length;
  const prompt = maps.map((map) => map.slice(0, PROMPT));
  const statistics = await headStatistics(model, run, PROMPT);
  expect(statistics.sampledRows).toBe(PROMPT);
  expectClose(statistics.entropy, prompt.map(headEntropy));
  expectClose(statistics.distance, prompt.map(headDistance));
  const byHead = prompt.map((map) => meanOf(influence(map)));
  expectClose(statistics.influence, byHead);

  const strongest = await strongestKeys(model, run, { first: PROMPT - 1, count: STEPS });
  expect([...strongest]).toEqual(maps.flatMap((map) => map.slice(PROMPT - 1).map(strongestKey)));

  const curves = await tokenCurves(model, run);
  const { local, global } = localAndGlobal(maps);
  expect([local.length, global.length]).toEqual([3, 3]);
  const indices = (refs: typeof curves.localHeads) =>
    refs.map(({ layer, head }) => layer * heads + head);
  expect(indices(curves.localHeads)).toEqual(local);
  expect(indices(curves.globalHeads)).toEqual(global);
  expectClose(curves.distance, maps.map(headDistance));
  expectClose(curves.waad, waad(local.map((head) => maps[head])));
  const influences = global.map((head) => influence(maps[head]));
  const fai = maps[0].map((_, key) => meanOf(influences.map((own) => own[key])));
  expectClose(curves.fai, fai);

  const report = await sinkReport(model, run);
  const columns = maps.map(columnsOf);
  const mass = Array.from({ length: layers * tokens }, (_, i) => {
    const layer = Math.floor(i / tokens);
    const own = columns.slice(layer * heads, (layer + 1) * heads);
    return meanOf(own.map((column) => column[i % tokens].mean));
  });
  expectClose(report.mass, mass);
  const hidden = columns.flatMap((own, index) =>
    hiddenSinks(own, report.threshold).map((position) => ({
      layer: Math.floor(index / heads),
      head: index % heads,
      position,
      mean: expect.closeTo(own[position].mean, 5),
      rows: own[position].rows,
    })),
  );
  expect(hidden.length).toBeGreaterThan(5);
  expect(report.hiddenCount).toBe(hidden.length);
  expect(report.hidden).toHaveLength(Math.min(200, hidden.length));
  for (const sink of report.hidden) expect(hidden).toContainEqual(sink);
  const sums = report.hidden.map(({ mean, rows }) => mean * rows);
  expect(sums).toEqual(sums.toSorted((a, b) => b - a));
  const candidates = mass.slice(tokens, 2 * tokens - 9).map((value) => value || 0);
  const position = candidates.indexOf(Math.max(...candidates));
  const over = columns.filter((own) => own[position].mean > 0.3);
  expect(report.firstSink.position).toBe(position);
  expect(report.firstSink.share).toBeCloseTo(over.length / columns.length);
}

/** Every value within 1e-5 of the reference, relative above 1, and NaN where that has none. */
function expectClose(found: ArrayLike<number>, expected: number[]): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    const close = Math.abs(found[i] - value) < 1e-5 * Math.max(1, Math.abs(value));
    if (!close && !(Number.isNaN(found[i]) && Number.isNaN(value))) {
      throw new Error(`${i}: expected ${value}, found ${found[i]}`);
    }
  }
}
