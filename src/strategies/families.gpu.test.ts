/** Strategies on models with windows, caps, two bases of angles or partial rotation, held against the reference. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGpuModel } from '../engine/gpu-model';
import { Run } from '../engine/run';
import { testGpu } from '../engine/test-gpu';
import { GREEDY, smallCheckpoint } from '../engine/testing';
import { readBack } from '../gpu/read-back';
import { lookUp, randomStream } from '../reference/random-model';
import { ReferenceRun } from '../reference/run';
import { THETA } from '../reference/testing';
import { buildStrategy } from './build';
import type { Oracle } from './oracle';
import { PRESETS } from './presets';
import { entryOf } from './registry';
import { type Axis, completeValues } from './schema';
import { difference, sum } from './testing';

const FILES = import.meta.glob<{ oracle: Oracle }>('./*/*.oracle.ts', { eager: true });
const LENGTH = 97;
const NEW_TOKENS = 6;
const CHUNK = 40;
/** All shaders of a model, on a busy machine without a GPU, in milliseconds. */
const COMPILING = 180_000;
const PARTS = { context: 70, documents: [] };

const next = randomStream(6);
const IDS = Array.from({ length: LENGTH }, () => Math.floor(Math.abs(next()) * 61));

/** What the strategies read or move, by what the models have of their own. */
const CASES: Record<string, [Axis, string][]> = {
  'gemma 2': [
    ['cache', 'snapkv'],
    ['cache', 'window'],
    ['decode', 'quest'],
  ],
  'gemma 3': [
    ['cache', 'sinks-recent'],
    ['cache', 'snapkv'],
    ['cache', 'quantised'],
    ['decode', 'quest'],
    ['decode', 'token-select'],
    ['prefill', 'a-shape'],
  ],
  pythia: [
    ['cache', 'sinks-recent'],
    ['cache', 'snapkv'],
    ['decode', 'quest'],
  ],
};

async function place(name: string) {
  const { checkpoint, weights } = await smallCheckpoint(name);
  const model = await createGpuModel(await testGpu(), checkpoint, 'f32');
  return { model, weights };
}

describe.each(Object.keys(CASES))('%s', (name) => {
  let made: Awaited<ReturnType<typeof place>>;
  beforeAll(async () => {
    made = await place(name);
  }, COMPILING);
  afterAll(() => made.model.destroy());

  it.each(CASES[name])('%s %s', async (axis, id) => {
    const { model, weights } = made;
    const { config } = model;
    const { oracle } = FILES[`./${axis}/${id}.oracle.ts`];
    const values = completeValues(id, entryOf(axis, id).parameters, oracle.small);
    const choice = { ...PRESETS[0].choice, [axis]: { id, values } };
    const run = await Run.create(model, {
      ids: IDS,
      parts: PARTS,
      strategy: buildStrategy(choice, config, null),
      sampling: GREEDY,
      maxTokens: NEW_TOKENS,
      inspect: false,
      chunk: CHUNK,
    });
    while (!run.promptRead) await run.readChunk();
    while (run.generated.length < NEW_TOKENS) await run.decodeToken();
    const kept = (await run.cache.keptPositions()).map((positions) => [...positions]);
    const logits = await readBack(model.device, run.forward.logits, config.vocabSize * 4);
    const counts = await run.counts();
    run.destroy();

    const methods = oracle.reference(values, { ...config, ropeTheta: THETA }, null);
    const parts = { length: LENGTH, ...PARTS };
    const reference = new ReferenceRun(
      config,
      lookUp(weights),
      methods,
      parts,
      LENGTH + NEW_TOKENS,
    );
    reference.read(IDS, CHUNK);
    for (const token of run.generated.slice(0, -1)) reference.decode(token);
    expect(kept).toEqual(
      reference.entries.flat().map((list) => list.map(({ position }) => position)),
    );
    const reads = reference.pairs.flatMap((heads, layer) =>
      heads.flatMap((pairs, head) => [
        pairs,
        sum(reference.reads.map((step) => step[layer][head].length)),
      ]),
    );
    expect([...counts]).toEqual(reads);
    expect(difference(new Float32Array(logits), reference.logits)).toBeLessThan(1e-4);
  });
});

it('refuses what moves learned positions, and says why', async () => {
  const { model } = await place('gpt 2');
  const run = (axis: Axis, id: string) => {
    const choice = { ...PRESETS[0].choice, [axis]: { id, values: {} } };
    return Run.create(model, {
      ids: IDS,
      strategy: buildStrategy(choice, model.config, null),
      sampling: GREEDY,
      maxTokens: 1,
      inspect: false,
    });
  };
  await expect(run('cache', 'sinks-recent')).rejects.toThrow(
    'learned one vector for each position',
  );
  await expect(run('score', 'rope-scaling')).rejects.toThrow(
    'learned one vector for each position',
  );
  model.destroy();
});
