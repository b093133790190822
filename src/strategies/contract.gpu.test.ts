import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuModel } from '../engine/gpu-model';
import { PAGE_SLOTS } from '../engine/kernels';
import type { CachePolicy, Strategy } from '../engine/strategy';
import { GREEDY, randomModel, runToEnd, testConfig, testStrategy } from '../engine/testing';
import { readBack } from '../gpu/read-back';
import { REGISTRY } from './registry';
import { completeValues, type ParameterValues } from './schema';

/** What every entry promises, whatever it is; a new entry is tested by being in its registry. */
const CONFIG = testConfig({ heads: 4, kvHeads: 2 });
const IDS = Array.from({ length: 90 }, (_, i) => (i * 17) % CONFIG.vocabSize);
const NEW_TOKENS = 8;

let model: GpuModel;
let dense: Float32Array;

beforeAll(async () => {
  ({ model } = await randomModel(CONFIG, 12));
  dense = (await logitsUnder(testStrategy())).logits;
});
afterAll(() => model.destroy());

async function logitsUnder(strategy: Strategy) {
  const options = { ids: IDS, strategy, sampling: GREEDY, maxTokens: NEW_TOKENS, inspect: false };
  const run = await runToEnd(model, options);
  const bytes = await readBack(model.device, run.forward.logits, CONFIG.vocabSize * 4);
  const state = run.cache.state();
  const generated = [...run.generated];
  run.destroy();
  return { logits: new Float32Array(bytes), state, generated };
}

function expectDense(logits: Float32Array): void {
  const scale = Math.max(...dense.map(Math.abs));
  logits.forEach((logit, i) => {
    expect(Math.abs(logit - dense[i])).toBeLessThan(1e-4 * scale);
  });
}

const shape = { layers: CONFIG.layers, heads: 4, kvHeads: 2, headDim: CONFIG.headDim };

describe.each(REGISTRY.cache)('cache policy $id', (entry) => {
  const policyOf = (values: ParameterValues): CachePolicy =>
    entry.build(completeValues(entry.id, entry.parameters, values), shape);
  const small = Object.fromEntries(entry.parameters.map(({ name }) => [name, 6]));

  it('equals dense attention when its budget is larger than the text', async () => {
    const large = Object.fromEntries(entry.parameters.map(({ name }) => [name, 500]));
    const { logits, generated } = await logitsUnder(testStrategy(policyOf(large)));
    expectDense(logits);
    expect(generated).toHaveLength(NEW_TOKENS);
  });

  it('holds no more than it says, in entries and in pages', async () => {
    const { state } = await logitsUnder(testStrategy(policyOf(small)));
    const tokens = IDS.length + NEW_TOKENS - 1;
    const values = completeValues(entry.id, entry.parameters, small);
    const { slotsHeld } = entry.cost(tokens, values);
    for (const slots of state.slots) expect(slots).toBeLessThanOrEqual(slotsHeld);
    // The page of the sinks and the oldest page of the window may hold entries that nobody sees any more.
    for (const pages of state.pages) {
      expect(pages).toBeLessThanOrEqual(Math.ceil(slotsHeld / PAGE_SLOTS) + 2);
    }
    expect(state.pagesHeld).toBe(state.pages.reduce((sum, pages) => sum + pages, 0));
  });

  it('gives the same result again', async () => {
    const first = await logitsUnder(testStrategy(policyOf(small)));
    const second = await logitsUnder(testStrategy(policyOf(small)));
    expect(second.generated).toEqual(first.generated);
    expect(second.logits).toEqual(first.logits);
  });
});

describe.each(REGISTRY.score)('score rule $id', (entry) => {
  it('is softmax with its defaults', async () => {
    const values = completeValues(entry.id, entry.parameters, {});
    expectDense((await logitsUnder(testStrategy({}, entry.build(values, shape)))).logits);
  });
});

describe.each(REGISTRY.prefill)('prefill pattern $id', (entry) => {
  it('reads the prompt as dense attention does with its defaults', async () => {
    const prefill = entry.build(completeValues(entry.id, entry.parameters, {}), shape);
    expectDense((await logitsUnder({ ...testStrategy(), prefill })).logits);
  });
});

describe.each(REGISTRY.decode)('decode selection $id', (entry) => {
  it('reads what dense attention reads with its defaults', async () => {
    const decode = entry.build(completeValues(entry.id, entry.parameters, {}), shape);
    expectDense((await logitsUnder({ ...testStrategy(), decode })).logits);
  });
});
