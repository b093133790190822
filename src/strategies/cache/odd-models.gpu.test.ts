/** Cache policies on models of odd shapes, held against their references. */
import { afterAll, describe, expect, it } from 'vitest';
import { Run } from '../../engine/run';
import { GREEDY, randomModel, testConfig } from '../../engine/testing';
import { readBack } from '../../gpu/read-back';
import { lookUp, randomStream } from '../../reference/random-model';
import { ReferenceRun } from '../../reference/run';
import { THETA } from '../../reference/testing';
import { buildStrategy } from '../build';
import type { Oracle } from '../oracle';
import { PRESETS } from '../presets';
import { REGISTRY } from '../registry';
import { completeValues } from '../schema';
import { difference } from '../testing';

const FILES = import.meta.glob<{ oracle: Oracle }>('./*.oracle.ts', { eager: true });
const LENGTH = 97;
const NEW_TOKENS = 9;
const PARTS = { context: 70, documents: [] };

const MODELS = [
  // More than one piece of the vocabulary, the last one short.
  { heads: 6, kvHeads: 2, headDim: 12, hiddenSize: 37, intermediateSize: 51, vocabSize: 1501 },
  { heads: 3, kvHeads: 3, headDim: 20, hiddenSize: 36, tiedEmbeddings: false },
  { heads: 3, kvHeads: 1, headDim: 4, hiddenSize: 13 },
];

describe.each(MODELS)('a model with %o', (changes) => {
  const config = testConfig({ layers: 2, ...changes });
  const made = randomModel(config, 8);
  afterAll(async () => (await made).model.destroy());
  const next = randomStream(6);
  const ids = Array.from({ length: LENGTH }, () => Math.floor(Math.abs(next()) * config.vocabSize));

  it.each(REGISTRY.cache)('$id', async ({ id, parameters }) => {
    const { model, weights } = await made;
    const { oracle } = FILES[`./${id}.oracle.ts`];
    const values = completeValues(id, parameters, oracle.small);
    const calibration = oracle.calibration
      ? { model: 'random', ...oracle.calibration(config) }
      : null;
    const strategy = buildStrategy(
      { ...PRESETS[0].choice, cache: { id, values } },
      config,
      calibration,
    );
    const run = await Run.create(model, {
      ids,
      parts: PARTS,
      strategy,
      sampling: GREEDY,
      maxTokens: NEW_TOKENS,
      inspect: false,
      chunk: 40,
    });
    while (!run.promptRead) await run.readChunk();
    while (run.generated.length < NEW_TOKENS) await run.decodeToken();
    const kept = (await run.cache.keptPositions()).map((positions) => [...positions]);
    const logits = await readBack(model.device, run.forward.logits, config.vocabSize * 4);
    run.destroy();

    const reference = new ReferenceRun(
      config,
      lookUp(weights),
      oracle.reference(values, { ...config, ropeTheta: THETA }, calibration),
      { length: LENGTH, ...PARTS },
      LENGTH + NEW_TOKENS,
    );
    reference.read(ids, strategy.cache.round ?? 40);
    for (const token of run.generated.slice(0, -1)) reference.decode(token);
    expect(kept).toEqual(
      reference.entries.flat().map((list) => list.map(({ position }) => position)),
    );
    expect(difference(new Float32Array(logits), reference.logits)).toBeLessThan(1e-4);
  });
});
