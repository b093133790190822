/** Patterns over chunks as long as a run really takes, with their defaults, held against their references. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuModel } from '../../engine/gpu-model';
import { GREEDY, randomModel, runToEnd, testConfig } from '../../engine/testing';
import { lookUp, randomStream } from '../../reference/random-model';
import { ReferenceRun } from '../../reference/run';
import { THETA } from '../../reference/testing';
import { buildStrategy } from '../build';
import type { Oracle } from '../oracle';
import { PRESETS } from '../presets';
import { REGISTRY } from '../registry';
import { completeValues } from '../schema';

const CONFIG = testConfig({ layers: 1, heads: 3, kvHeads: 1, headDim: 20, hiddenSize: 36 });
const SHAPE = {
  layers: 1,
  heads: 3,
  kvHeads: 1,
  headDim: CONFIG.headDim,
  ropeTheta: THETA,
};
const LENGTH = 741;
const PARTS = { context: 700, documents: [1, 300, 540] };

const next = randomStream(19);
const IDS = Array.from({ length: LENGTH }, () => Math.floor(Math.abs(next()) * CONFIG.vocabSize));
const FILES = import.meta.glob<{ oracle: Oracle }>('./*.oracle.ts', { eager: true });
const ENTRIES = REGISTRY.prefill.filter(({ traits }) => traits?.includes('plans'));

let model: GpuModel;
let weights: Map<string, Float32Array>;

beforeAll(async () => {
  ({ model, weights } = await randomModel(CONFIG, 5));
}, 60_000);
afterAll(() => model.destroy());

describe.each(ENTRIES)('$id', ({ id, parameters }) => {
  it('computes the pairs of its reference in chunks of 512 tokens', async () => {
    const { oracle } = FILES[`./${id}.oracle.ts`];
    const values = completeValues(id, parameters, {});
    const calibration = oracle.calibration
      ? { model: 'random', ...oracle.calibration(SHAPE) }
      : null;
    const run = await runToEnd(model, {
      ids: IDS,
      parts: PARTS,
      strategy: buildStrategy(
        { ...PRESETS[0].choice, prefill: { id, values } },
        SHAPE,
        calibration,
      ),
      sampling: GREEDY,
      maxTokens: 1,
      inspect: false,
    });
    const pairs = [...(await run.counts())].filter((_, i) => i % 2 === 0);
    run.destroy();
    const reference = new ReferenceRun(
      CONFIG,
      lookUp(weights),
      oracle.reference(values, SHAPE, calibration),
      { length: LENGTH, ...PARTS },
      LENGTH + 1,
    );
    reference.read(IDS);
    expect(pairs).toEqual(reference.pairs.flat());
  });
});
