import { describe, expect, it } from 'vitest';
import type { GpuModel } from '../engine/gpu-model';
import { randomModel, testConfig } from '../engine/testing';
import { softmax } from '../reference/formulas';
import { minference } from '../reference/methods/prefill/minference';
import { lookUp, randomStream, type randomWeights } from '../reference/random-model';
import { ReferenceRun } from '../reference/run';
import { forward } from '../reference/transformer';
import { headClasses, repeatedIds } from './head-classes';
import type { Watch } from './measurement';
import { patternCandidates } from './pattern-search';
import { prefillPatterns } from './prefill-patterns';
import { type AnsweredPrompt, streamingGates } from './streaming-gates';

const config = testConfig({ heads: 6, kvHeads: 2, headDim: 12, hiddenSize: 30 });
const { layers, heads, kvHeads, headDim } = config;

const next = randomStream(8);
const randomIds = (count: number) =>
  Array.from({ length: count }, () => 2 + Math.floor(Math.abs(next()) * (config.vocabSize - 2)));

async function withModel<T>(
  seed: number,
  work: (model: GpuModel, weights: ReturnType<typeof randomWeights>) => Promise<T>,
): Promise<T> {
  const { model, weights } = await randomModel(config, seed);
  try {
    return await work(model, weights);
  } finally {
    model.destroy();
  }
}

/** Keeps every report; stops after the given number of them. */
function watched(stopAfter = Number.POSITIVE_INFINITY) {
  const reports: [done: number, total: number][] = [];
  const watch: Watch = {
    report: (done, total) => reports.push([done, total]),
    stopped: () => reports.length >= stopAfter,
  };
  return { watch, reports };
}

function expectProgress(reports: [number, number][]) {
  const [begun, total] = reports[0];
  expect(begun).toBe(0);
  expect(reports.at(-1)).toEqual([total, total]);
  reports.slice(1).forEach(([done, of], i) => {
    expect(of).toBe(total);
    expect(done).toBeGreaterThan(reports[i][0]);
  });
}

describe('head classes', () => {
  for (const start of [[0], []]) {
    it(`are means over the repeats ${start.length === 0 ? 'without' : 'after'} a first token`, () =>
      withModel(3, async (model, weights) => {
        const text = { start, segment: randomIds(37), copies: 4 };
        const { watch, reports } = watched();
        const found = await headClasses(model, text, watch);
        expectProgress(reports);
        const { attention } = forward(config, lookUp(weights), repeatedIds(text));
        const begin = start.length;
        for (let layer = 0; layer < layers; layer++) {
          for (let head = 0; head < heads; head++) {
            let echo = 0;
            let induction = 0;
            for (let row = begin + 37; row < begin + 4 * 37; row++) {
              const weight = attention[layer][head][row];
              for (let copy = 1; row - copy * 37 >= begin; copy++) {
                echo += weight[row - copy * 37] / (3 * 37);
                induction += weight[row - copy * 37 + 1] / (3 * 37);
              }
            }
            expect(found?.echo[layer][head]).toBeCloseTo(echo, 5);
            expect(found?.induction[layer][head]).toBeCloseTo(induction, 5);
          }
        }
      }));
  }
});

describe('streaming gates', () => {
  const prompts: AnsweredPrompt[] = [
    { ids: [0, ...randomIds(40)], answer: randomIds(3) },
    { ids: [0, ...randomIds(21)], answer: randomIds(5) },
  ];

  /** The plain computation: every restricted pass read anew for every token of the answers. */
  function plainGates(
    weights: ReturnType<typeof randomWeights>,
    window: { sinks: number; recent: number },
  ) {
    const all = { sinks: 0, recent: Number.POSITIVE_INFINITY };
    const distributions = ({ ids, answer }: AnsweredPrompt, restricted: number) => {
      const run = new ReferenceRun(
        config,
        lookUp(weights),
        {
          cache: {
            positions: 'original',
            window: (layer, kvHead) => (layer * kvHeads + kvHead === restricted ? window : all),
            compressAfter: 'prompt',
          },
        },
        { length: ids.length, context: ids.length, documents: [] },
        ids.length + answer.length,
      );
      run.read(ids);
      return answer.map((_, i) => {
        if (i > 0) run.decode(answer[i - 1]);
        return softmax([...run.logits]).weights;
      });
    };
    const scores = Array.from({ length: layers * kvHeads }, (_, head) => {
      let sum = 0;
      for (const prompt of prompts) {
        const full = distributions(prompt, -1);
        const found = distributions(prompt, head);
        full.forEach((token, i) => {
          token.forEach((p, id) => {
            sum += p * Math.log(p / found[i][id]);
          });
        });
      }
      return sum / 8;
    });
    return scores.map((score) => score / Math.max(...scores));
  }

  it('are the divergence of restricted answers, over the largest', () =>
    withModel(5, async (model, weights) => {
      const window = { sinks: 2, recent: 9 };
      const { watch, reports } = watched();
      const gates = await streamingGates(model, prompts, watch, window);
      expectProgress(reports);
      expect(gates).toHaveLength(layers);
      const expected = plainGates(weights, window);
      expect(Math.min(...expected)).toBeLessThan(0.8);
      gates?.flat().forEach((gate, head) => {
        expect(gate).toBeCloseTo(expected[head], 4);
      });
      expect(Math.max(...(gates?.flat() ?? []))).toBe(1);
    }));

  it('are 0 where the window holds the whole text', () =>
    withModel(5, async (model) => {
      const gates = await streamingGates(model, prompts, watched().watch);
      expect(gates).toEqual(Array.from({ length: layers }, () => [0, 0]));
    }));
});

describe('prefill patterns', () => {
  it('keep most weight of the candidates, chosen from the exact rows', () =>
    withModel(7, async (model, weights) => {
      const ids = [0, ...randomIds(29), ...randomIds(200)];
      const { watch, reports } = watched();
      const found = await prefillPatterns(model, ids, watch);
      expectProgress(reports);
      const kept = plainMasses(weights, ids);
      const candidates = patternCandidates(ids.length);
      const chosen = new Set<number>();
      for (let layer = 0; layer < layers; layer++) {
        for (let head = 0; head < heads; head++) {
          const masses = kept.map((candidate) => candidate[layer][head]);
          const best = masses.indexOf(Math.max(...masses));
          chosen.add(best);
          expect(found?.[layer][head]).toEqual(candidates[best]);
        }
      }
      expect(chosen.size).toBeGreaterThan(1);
    }));

  /** kept[candidate][layer][head], by the reference's masks and the reference's weights. */
  function plainMasses(weights: ReturnType<typeof randomWeights>, ids: number[]): number[][][] {
    const candidates = patternCandidates(ids.length);
    const shape = { layers, heads, kvHeads, headDim };
    const masks: ReturnType<ReturnType<typeof minference>>[][] = candidates.map(() => []);
    const run = new ReferenceRun(
      config,
      lookUp(weights),
      {
        prefill: (view) => {
          candidates.forEach((pattern, i) => {
            const patterns = Array.from({ length: layers }, () => Array(heads).fill(pattern));
            const values = { patterns, block: 32, queries: 32, sinks: 4, local: 4 };
            masks[i].push(minference(values, shape)(view));
          });
          return () => true;
        },
      },
      { length: ids.length, context: ids.length, documents: [] },
      ids.length,
    );
    run.read(ids);
    const first = Math.floor(ids.length / 64) * 32;
    return masks.map((layerMasks) =>
      layerMasks.map((mask, layer) =>
        run.weights[layer].map((rows, head) => {
          let mass = 0;
          for (let row = first; row < ids.length; row++) {
            for (const [key, weight] of rows[row]) if (mask(head, row, key)) mass += weight;
          }
          return mass / (ids.length - first);
        }),
      ),
    );
  }
});

describe('stopped', () => {
  it('every measurement gives nothing, before its next submission', () =>
    withModel(9, async (model) => {
      const prompts = [{ ids: randomIds(300), answer: randomIds(4) }];
      const text = { start: [], segment: randomIds(100), copies: 4 };
      for (const stopAfter of [1, 3]) {
        const classes = watched(stopAfter);
        expect(await headClasses(model, text, classes.watch)).toBeNull();
        const gates = watched(stopAfter);
        expect(await streamingGates(model, prompts, gates.watch)).toBeNull();
        const patterns = watched(stopAfter);
        expect(await prefillPatterns(model, randomIds(300), patterns.watch)).toBeNull();
        for (const { reports } of [classes, gates, patterns]) {
          expect(reports).toHaveLength(stopAfter);
        }
      }
    }));
});
