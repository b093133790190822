import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookUp, randomStream } from '../reference/random-model';
import { surprisals } from '../reference/surprisal';
import { DENSE, forward, type ReferenceStrategy } from '../reference/transformer';
import type { GpuModel } from './gpu-model';
import { Run } from './run';
import type { RunOptions } from './run-options';
import { GREEDY, randomModel, testConfig, testStrategy } from './testing';

/** A vocabulary of more than one piece, the last one short. */
const config = testConfig({ vocabSize: 2061, hiddenSize: 20 });
const next = randomStream(3);
const ids = Array.from({ length: 130 }, () => Math.floor(Math.abs(next()) * config.vocabSize));
const PROMPT = 75;

let model: GpuModel;
let weights: Map<string, Float32Array>;
beforeAll(async () => {
  ({ model, weights } = await randomModel(config, 4));
});
afterAll(() => model.destroy());

async function read(changes: Partial<RunOptions> = {}): Promise<Run> {
  const run = await Run.create(model, {
    ids: ids.slice(0, PROMPT),
    strategy: testStrategy(),
    sampling: GREEDY,
    maxTokens: ids.length - PROMPT,
    inspect: false,
    surprisal: true,
    ...changes,
  });
  while (!run.promptRead) await run.readChunk();
  return run;
}

function expectAgreement(
  found: Float32Array | null,
  text: number[],
  strategy?: ReferenceStrategy,
): void {
  const expected = surprisals(forward(config, lookUp(weights), text, strategy).logits, text);
  expect(found).toHaveLength(expected.length);
  expect(found?.[0]).toBeNaN();
  for (let i = 1; i < expected.length; i++) {
    expect(Math.abs((found?.[i] ?? 0) - expected[i]), `token ${i}`).toBeLessThan(1e-3);
  }
}

describe('the surprisal of tokens', () => {
  const STREAMING = { sinks: 3, recent: 21, positions: 'reindexed' } as const;
  const windows: { name: string; window: Partial<ReferenceStrategy> }[] = [
    { name: 'dense', window: {} },
    { name: 'sinks and window', window: STREAMING },
    { name: 'window alone', window: { ...STREAMING, sinks: 0 } },
  ];
  it.each(windows)('agrees with the reference, in chunks and fed: $name', async ({ window }) => {
    const run = await read({ strategy: testStrategy(window) });
    await run.feed(ids.slice(PROMPT));
    expectAgreement(await run.surprisals(0, ids.length), ids, { ...DENSE, ...window });
    run.destroy();
  });

  it('is of generated tokens too, and changes none of them', async () => {
    const generate = async (surprisal: boolean) => {
      const run = await read({ surprisal });
      while (run.generated.length < 6) await run.decodeToken();
      return run;
    };
    const [plain, judged] = [await generate(false), await generate(true)];
    expect(judged.generated).toEqual(plain.generated);
    const text = [...ids.slice(0, PROMPT), ...judged.generated.slice(0, -1)];
    expectAgreement(await judged.surprisals(0, text.length), text);
    expect(await plain.surprisals(0, 1)).toBeNull();
    plain.destroy();
    judged.destroy();
  });

  it('is not a number for tokens that were not read; being fed reads nothing back', async () => {
    const run = await read();
    await run.feed(ids.slice(PROMPT, PROMPT + 8));
    const end = PROMPT + 8;
    const known = await run.surprisals(end - 1, end + 1);
    expect(Array.from(known ?? [], Number.isNaN)).toEqual([false, true]);
    expect(run.generated).toHaveLength(1);
    expect(run.traffic.prefill.bytesReadBack).toBe(4);
    expect(run.traffic.decode.bytesReadBack).toBe(0);
    expect(run.traffic.decode.dispatches % 8).toBe(0);
    // The one value that was looked up here.
    expect(run.bytesLookedUp).toBe(4);
    run.destroy();
  });
});
