import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GpuModel } from '../engine/gpu-model';
import { Run } from '../engine/run';
import { GREEDY, randomModel, runToEnd, testConfig, testStrategy } from '../engine/testing';
import { softmax } from '../reference/formulas';
import { klDivergence } from '../reference/kl-divergence';
import { lookUp, randomStream } from '../reference/random-model';
import { DENSE, forward, type ReferenceStrategy } from '../reference/transformer';
import { klDivergences, type LogitRows } from './kl-divergence';

const CONFIG = testConfig({ vocabSize: 701 });
const WINDOW: ReferenceStrategy = { ...DENSE, sinks: 2, recent: 9 };
const STEPS = 6;

const next = randomStream(8);
const ids = Array.from({ length: 41 }, () => Math.floor(Math.abs(next()) * CONFIG.vocabSize));
const options = { ids, sampling: GREEDY, maxTokens: STEPS, inspect: false, keepLogits: true };
let model: GpuModel;
let weights: Map<string, Float32Array>;
let dense: Run;

beforeAll(async () => {
  ({ model, weights } = await randomModel(CONFIG, 5));
  dense = await runToEnd(model, { ...options, strategy: testStrategy() });
});
afterAll(() => {
  dense.destroy();
  model.destroy();
});

function rowsOf({ logits }: Run, first: number): LogitRows {
  if (!logits) throw new Error('The run kept no logits.');
  return { buffer: logits.buffer, first };
}

it('agrees with the reference, where both runs are fed the same tokens', async () => {
  const windowed = await Run.create(model, { ...options, strategy: testStrategy(WINDOW) });
  while (!windowed.promptRead) await windowed.readChunk();
  for (const token of dense.generated.slice(0, -1)) {
    windowed.force(token);
    await windowed.decodeToken();
  }
  const read = [...ids, ...dense.generated.slice(0, -1)];
  const [p, q] = [DENSE, WINDOW].map((strategy) =>
    forward(CONFIG, lookUp(weights), read, strategy)
      .logits.slice(-STEPS)
      .map((row) => [...row]),
  );
  // From the second token on, each run at a row of its own.
  const tokens = dense.generated.slice(1);
  const found = await klDivergences(model, dense, rowsOf(dense, 1), rowsOf(windowed, 1), tokens);
  expect(found).toHaveLength(STEPS - 1);
  found.forEach(({ kl, logP, logQ, topP, topQ }, row) => {
    const [pRow, qRow] = [p[row + 1], q[row + 1]];
    const expected = klDivergence(pRow, qRow);
    expect(expected).toBeGreaterThan(0.01);
    expect(kl / expected).toBeCloseTo(1, 3);
    const top = (logits: number[]) => logits.indexOf(Math.max(...logits));
    expect([topP, topQ]).toEqual([top(pRow), top(qRow)]);
    expect(topP).toBe(tokens[row]);
    expect(logP).toBeCloseTo(pRow[tokens[row]] - softmax(pRow).logSumExp, 3);
    expect(logQ).toBeCloseTo(qRow[tokens[row]] - softmax(qRow).logSumExp, 3);
  });
  windowed.destroy();
});

it('is 0 for the same strategy, also where the prompt was read in other chunks', async () => {
  const same = await runToEnd(model, { ...options, strategy: testStrategy(), chunk: 7 });
  expect(same.generated).toEqual(dense.generated);
  const found = await klDivergences(
    model,
    dense,
    rowsOf(dense, 0),
    rowsOf(same, 0),
    dense.generated,
  );
  for (const { kl } of found) expect(kl).toBeCloseTo(0, 5);
  const itself = rowsOf(dense, 0);
  for (const { kl } of await klDivergences(model, dense, itself, itself, dense.generated)) {
    expect(kl).toBe(0);
  }
  same.destroy();
});
