import { expect, it } from 'vitest';
import { GREEDY, randomModel, runToEnd, testConfig, testStrategy } from '../engine/testing';
import { lookUp, randomStream } from '../reference/random-model';
import { DENSE, forward } from '../reference/transformer';
import { headsAt } from './heads-at';

it('gives the mean weight of every head on a key, over the queries that saw it', async () => {
  const config = testConfig({ heads: 6, kvHeads: 2, headDim: 12, hiddenSize: 30 });
  const { model, weights } = await randomModel(config, 5);
  const next = randomStream(8);
  const ids = Array.from({ length: 83 }, () => Math.floor(Math.abs(next()) * config.vocabSize));
  const recent = 37;
  const run = await runToEnd(model, {
    ids,
    strategy: testStrategy({ recent }),
    sampling: GREEDY,
    maxTokens: 3,
    inspect: true,
  });
  const all = [...ids, ...run.generated].slice(0, run.processed);
  const { attention } = forward(config, lookUp(weights), all, { ...DENSE, recent });

  const questions: [key: number, from: number, to: number][] = [
    [0, 0, 1],
    [0, 0, run.processed],
    [29, 3, 71],
    [60, 84, 85],
    [80, 70, run.processed],
    [2, 40, 60],
  ];
  for (const [key, from, to] of questions) {
    const found = await headsAt(model, run, { key, queries: [from, to] });
    expect(found.sampledQueries).toBe(to - Math.max(from, key));
    found.weights.forEach((weight, at) => {
      const rows = attention[Math.floor(at / config.heads)][at % config.heads];
      let sum = 0;
      let count = 0;
      for (let query = Math.max(from, key); query < to && query - key < recent; query++) {
        sum += rows[query][key];
        count++;
      }
      expect(weight).toBeCloseTo(count > 0 ? sum / count : -2, 5);
    });
  }

  // A long range: every third query, the newest among them.
  const sampled = await headsAt(model, run, { key: 60, queries: [0, 84] }, 2 * 6 * 8);
  expect(sampled.sampledQueries).toBe(8);
  const seen = [83, 80, 77, 74, 71, 68, 65, 62].map((query) => attention[1][4][query][60]);
  const mean = seen.reduce((sum, weight) => sum + weight, 0) / seen.length;
  expect(sampled.weights[10]).toBeCloseTo(mean, 5);

  for (const [key, from, to] of [
    [5, 0, 5],
    [5, 0, run.processed + 1],
    [-1, 0, 3],
    [0.5, 0, 3],
  ]) {
    await expect(headsAt(model, run, { key, queries: [from, to] })).rejects.toThrow(`key ${key}`);
  }
  run.destroy();
  model.destroy();
});
