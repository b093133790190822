import { expect, it } from 'vitest';
import { GREEDY, randomModel, runToEnd, testConfig, testStrategy } from '../../engine/testing';
import { readBack } from '../../gpu/read-back';
import { window } from '../../reference/methods/cache/window';
import type { ReferenceMethods } from '../../reference/methods/method';
import { act as plainAct } from '../../reference/methods/score/act';
import { lookUp, randomStream } from '../../reference/random-model';
import { ReferenceRun } from '../../reference/run';
import { act } from './act';

const PROMPT = 130;
const TOKENS = 6;

it('finds hidden sinks by their place in the text where entries leave and slots move', async () => {
  const config = testConfig({ headDim: 20, heads: 6, kvHeads: 2 });
  const { model, weights } = await randomModel(config, 17);
  const next = randomStream(9);
  const ids = Array.from({ length: PROMPT }, () => Math.floor(Math.abs(next()) * config.vocabSize));
  const values = { threshold: 0.04, strength: 0.1, from: 0, heads: '' };
  const run = await runToEnd(model, {
    ids,
    strategy: testStrategy({ recent: 45 }, act.build(values, config, null)),
    sampling: GREEDY,
    maxTokens: TOKENS,
    inspect: false,
  });
  const bytes = await readBack(model.device, run.forward.logits, config.vocabSize * 4);

  function referenceLogits(methods: ReferenceMethods): Float64Array {
    const parts = { length: PROMPT, context: PROMPT, documents: [] };
    const reference = new ReferenceRun(config, lookUp(weights), methods, parts, PROMPT + TOKENS);
    reference.read(ids, 32);
    for (const id of run.generated.slice(0, -1)) reference.decode(id);
    return reference.logits;
  }
  const cache = () => window({ recent: 45 });
  const expected = referenceLogits({ cache: cache(), score: plainAct({ ...values, heads: [] }) });
  const scale = Math.max(...expected.map(Math.abs));
  const difference = (found: ArrayLike<number>) =>
    Math.max(...expected.map((value, i) => Math.abs(value - found[i]))) / scale;
  expect(difference(new Float32Array(bytes))).toBeLessThan(1e-4);
  expect(difference(referenceLogits({ cache: cache() }))).toBeGreaterThan(1e-2);
  run.destroy();
  model.destroy();
});
