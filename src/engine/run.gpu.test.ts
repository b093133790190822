import { afterEach, describe, expect, it, vi } from 'vitest';
import { readBack } from '../gpu/read-back';
import { lookUp, randomStream } from '../reference/random-model';
import { forward, type ReferenceStrategy } from '../reference/transformer';
import { Run } from './run';
import { GREEDY, randomModel, runToEnd, testConfig, testStrategy } from './testing';

function randomIds(count: number, vocabSize: number, seed: number): number[] {
  const next = randomStream(seed);
  return Array.from({ length: count }, () => Math.floor(((next() + 1) / 2) * vocabSize));
}

/** Largest difference, relative to the largest value. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = 0;
  let scale = 0;
  for (let i = 0; i < a.length; i++) {
    worst = Math.max(worst, Math.abs(a[i] - b[i]));
    scale = Math.max(scale, Math.abs(b[i]));
  }
  return worst / scale;
}

describe('a run on random models', () => {
  const shapes = [
    { name: 'group ratio 3, odd vocabulary', config: testConfig(), tokens: 45 },
    {
      name: 'one head of size 4, untied, one token',
      config: testConfig({ heads: 1, kvHeads: 1, headDim: 4, tiedEmbeddings: false, layers: 1 }),
      tokens: 1,
    },
    {
      name: 'group ratio 8, sizes that no vec4 divides',
      config: testConfig({
        heads: 8,
        kvHeads: 1,
        headDim: 12,
        hiddenSize: 37,
        intermediateSize: 51,
      }),
      tokens: 70,
    },
    {
      name: 'group ratio 1, heads of 128',
      config: testConfig({ heads: 2, kvHeads: 2, headDim: 128, hiddenSize: 64, vocabSize: 257 }),
      tokens: 33,
    },
    {
      name: 'a cache of more than one decode split',
      config: testConfig({ heads: 2, kvHeads: 1, layers: 1 }),
      tokens: 515,
    },
  ];

  for (const { name, config, tokens } of shapes) {
    it(`agrees with the reference: ${name}`, async () => {
      const { model, weights } = await randomModel(config, tokens);
      const ids = randomIds(tokens, config.vocabSize, 5);
      const options = {
        ids,
        strategy: testStrategy(),
        sampling: GREEDY,
        maxTokens: 4,
        inspect: false,
      };
      const run = await runToEnd(model, options);
      const all = [...ids, ...run.generated];
      const expected = forward(config, lookUp(weights), all.slice(0, -1));
      const greedy = expected.logits
        .slice(tokens - 1)
        .map((logits) => logits.indexOf(Math.max(...logits)));
      expect(run.generated).toEqual(greedy);
      const logits = new Float32Array(
        await readBack(model.device, run.forward.logits, config.vocabSize * 4),
      );
      expect(difference(logits, expected.logits[all.length - 2])).toBeLessThan(1e-4);
      run.destroy();
      model.destroy();
    });
  }
});

describe('cache policies', () => {
  const config = testConfig({ heads: 4, kvHeads: 2, headDim: 12, hiddenSize: 32 });
  const ids = randomIds(101, config.vocabSize, 9);
  const policies: ReferenceStrategy[] = [
    { sinks: 0, recent: 20, positions: 'original', temperature: 1, maskedHeads: [] },
    { sinks: 4, recent: 30, positions: 'reindexed', temperature: 1, maskedHeads: [] },
    { sinks: 19, recent: 1, positions: 'reindexed', temperature: 1, maskedHeads: [] },
    { sinks: 4, recent: 500, positions: 'reindexed', temperature: 1, maskedHeads: [] },
    {
      sinks: 0,
      recent: Number.POSITIVE_INFINITY,
      positions: 'original',
      temperature: 1.7,
      maskedHeads: [{ layer: 1, head: 2 }],
    },
  ];
  for (const policy of policies) {
    const { sinks, recent, positions, temperature, maskedHeads } = policy;
    it(`sinks ${sinks}, recent ${recent}, ${positions}, temperature ${temperature}`, async () => {
      const { model, weights } = await randomModel(config, 3);
      const strategy = testStrategy({ sinks, recent, positions }, { temperature, maskedHeads });
      const run = await runToEnd(model, {
        ids,
        strategy,
        sampling: GREEDY,
        maxTokens: 40,
        inspect: false,
      });
      const all = [...ids, ...run.generated];
      const expected = forward(config, lookUp(weights), all.slice(0, -1), policy);
      const logits = new Float32Array(
        await readBack(model.device, run.forward.logits, config.vocabSize * 4),
      );
      expect(difference(logits, expected.logits[all.length - 2])).toBeLessThan(1e-4);
      const { pagesHeld, pageBytes } = run.cache.state();
      const budget = Math.min(all.length - 1, sinks + recent);
      const heads = config.layers * config.kvHeads;
      expect(pagesHeld).toBeLessThanOrEqual(heads * (Math.ceil(budget / 16) + 2));
      expect(pagesHeld * 16).toBeGreaterThanOrEqual(heads * budget);
      expect(pageBytes).toBe(16 * (2 * config.headDim * 4 + 8));
      run.destroy();
      model.destroy();
    });
  }
});

describe('the pace of reading', () => {
  afterEach(() => vi.restoreAllMocks());
  const config = testConfig({ layers: 3 });
  const ids = randomIds(200, config.vocabSize, 2);
  const options = { ids, strategy: testStrategy(), sampling: GREEDY, maxTokens: 3, inspect: false };

  /** Runs by a clock on which every submission takes `ms`; counts submissions. */
  async function runAt(ms: number) {
    const { model } = await randomModel(config, 6);
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => {
      now += ms;
      return now;
    });
    const submit = vi.spyOn(model.device.queue, 'submit');
    const run = await runToEnd(model, options);
    const submissions = submit.mock.calls.length;
    const bytes = await readBack(model.device, run.forward.logits, config.vocabSize * 4);
    run.destroy();
    model.destroy();
    vi.restoreAllMocks();
    return { submissions, logits: new Uint32Array(bytes) };
  }

  it('changes how many submissions there are, and no bit of the result', async () => {
    const fast = await runAt(0);
    const slow = await runAt(3000);
    // 32 + 64 + 104 tokens, then 2 tokens; or 7 chunks in up to 3 submissions, then 2 tokens.
    expect(fast.submissions).toBe(3 + 2);
    expect(slow.submissions).toBe(1 + 2 + 5 * 3 + 2);
    expect(slow.logits).toEqual(fast.logits);
  });

  it('gives a chunk up between its submissions, as if it had not begun', async () => {
    const { model } = await randomModel(config, 6);
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => {
      now += 3000;
      return now;
    });
    const run = await Run.create(model, options);
    await run.readChunk();
    await run.readChunk(() => true);
    expect(run.processed).toBe(32);
    await run.readChunk();
    expect(run.processed).toBe(64);
    run.destroy();
    model.destroy();
  });
});
