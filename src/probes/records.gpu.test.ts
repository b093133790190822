/** What was computed and read, and how much of dense attention that holds, of runs whose masks are known. */
import { describe, expect, it, vi } from 'vitest';
import type { Bench } from '../engine/bench';
import { MAX_CHUNK } from '../engine/kernels';
import type { Run } from '../engine/run';
import type { DecodeSelection, HeadWindow, PrefillPattern, Strategy } from '../engine/strategy';
import { GREEDY, randomModel, runToEnd, testConfig, testStrategy } from '../engine/testing';
import { readBack } from '../gpu/read-back';
import { ropeFrequencies, rotate } from '../reference/formulas';
import { lookUp, randomStream } from '../reference/random-model';
import { THETA } from '../reference/testing';
import { forward } from '../reference/transformer';
import { dot } from '../reference/vectors';
import { massRecall } from './mass-recall';
import { decodeReads, prefillMask } from './record-reader';

const CONFIG = testConfig({ heads: 4, kvHeads: 2, headDim: 12, hiddenSize: 28 });
const { layers, heads, kvHeads, headDim } = CONFIG;
const PROMPT = 150;
/** Where the cache would be compressed; nothing is planned from there on. */
const CONTEXT = 133;
const NEW_TOKENS = 9;
const CHUNK = 48;

const next = randomStream(51);
const chance = (share: number) => (next() + 1) / 2 < share;
const IDS = Array.from({ length: PROMPT }, () => Math.floor(Math.abs(next()) * CONFIG.vocabSize));

type Sees = (head: number, query: number, key: number) => boolean;

interface Case {
  name: string;
  strategy: Strategy;
  /** Whether the pair, query ≥ key, was computed. */
  sees: Sees;
  reindexed?: boolean;
  /** What the score of a key is raised by. */
  bias?: (head: number, key: number) => number;
}

function windowCase(name: string, window: HeadWindow, reindexed: boolean): Case {
  const positions = reindexed ? 'reindexed' : 'original';
  return {
    name,
    strategy: testStrategy({ ...window, positions }, { temperature: 0.7 }),
    sees: (_, query, key) => key < window.sinks || query - key < window.recent,
    reindexed,
  };
}

/** Random plans with all parts, other ones for each chunk and head, made while the run goes on. */
function plannedCase(): Case {
  const chunks: Sees[] = [];
  const prefill: PrefillPattern = {
    parts: ['rows', 'columns', 'diagonals', 'blocks'],
    prepare: async (bench) => ({
      beginChunk: (start, tokens) => {
        chunks.push(writePlan(bench, start, tokens));
      },
    }),
  };
  const strategy = testStrategy();
  return {
    name: 'a plan with all parts, for the context only',
    strategy: { ...strategy, prefill, cache: { ...strategy.cache, compressAfter: 'context' } },
    sees: (head, query, key) =>
      query >= CONTEXT || chunks[Math.floor(query / CHUNK)](head, query, key),
  };
}

function writePlan(bench: Bench, start: number, tokens: number): Sees {
  const { plan } = bench;
  const data = new Uint32Array(plan.size);
  const has = (at: number, bit: number) => ((data[at + (bit >> 5)] >>> (bit & 31)) & 1) === 1;
  const setSome = (at: number, count: number, share: number) => {
    for (let bit = 0; bit < count; bit++)
      if (chance(share)) data[at + (bit >> 5)] |= 1 << (bit & 31);
  };
  for (let row = 0; row < tokens; row++) data.set([row % 4, start + row - (row % 7)], 2 * row);
  const blockAt = (head: number, row: number) =>
    plan.blocks + (head * (MAX_CHUNK / 16) + Math.floor(row / 16)) * plan.blockWords;
  for (let head = 0; head < heads; head++) {
    setSome(plan.columns + head * plan.words, start + tokens, 0.05);
    setSome(plan.diagonals + head * plan.words, start + tokens, 0.05);
    for (let row = 0; row < tokens; row += 16) {
      setSome(blockAt(head, row), Math.ceil((start + tokens) / 16), 0.1);
    }
  }
  bench.write(bench.named.plan, 0, data);
  return (head, query, key) => {
    const row = query - start;
    return (
      key < data[2 * row] ||
      key >= data[2 * row + 1] ||
      has(plan.columns + head * plan.words, key) ||
      has(plan.diagonals + head * plan.words, query - key) ||
      has(blockAt(head, row), key >> 4)
    );
  };
}

/** Lists of 4 slots in a row, shared by two heads; the first step reads everything. */
function selectedCase(): Case {
  const [group, unit] = [2, 4];
  const steps: Uint32Array[][] = [];
  const decode: DecodeSelection = {
    prepare: async (bench) => {
      const list = await bench.readList('test lists', 50, group, unit);
      let step = 0;
      return {
        beginStep: (begun) => {
          step = begun;
          const newest = Math.floor((PROMPT + step) / unit);
          steps[step] = Array.from({ length: heads / group }, (_, at) => {
            const items = Array.from({ length: newest }, (_, item) => item).filter(() =>
              chance(0.2),
            );
            const data = Uint32Array.from([...items, newest]);
            bench.write(list.buffer, at * (1 + list.stride), Uint32Array.of(data.length, ...data));
            return data;
          });
        },
        select: () => (step === 0 ? null : list),
      };
    },
  };
  return {
    name: 'lists that decode steps read, and steered heads',
    strategy: {
      ...testStrategy(
        {},
        { steering: { heads: [{ layer: 0, head: 1 }], bias: -0.8, span: 'question' } },
      ),
      decode,
    },
    sees: (head, query, key) =>
      query <= PROMPT ||
      steps[query - PROMPT][Math.floor(head / group)].includes(Math.floor(key / unit)),
    bias: (head, key) => (head === 1 && key < CONTEXT ? -0.8 : 0),
  };
}

const CASES: Case[] = [
  windowCase('a window', { sinks: 0, recent: 23 }, false),
  windowCase('sinks and recent entries at places of their own', { sinks: 3, recent: 18 }, true),
  plannedCase(),
  selectedCase(),
];

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each(CASES)('$name', ({ strategy, sees, reindexed = false, bias = () => 0 }) => {
  it('is read from the records, and its share of dense attention is measured', async () => {
    const { model, weights } = await randomModel(CONFIG, 31);
    const run = await runToEnd(model, {
      ids: IDS,
      parts: { context: CONTEXT, documents: [] },
      strategy,
      sampling: GREEDY,
      maxTokens: NEW_TOKENS,
      inspect: true,
      chunk: CHUNK,
    });
    const tokens = run.processed;
    expect(tokens).toBe(PROMPT + NEW_TOKENS - 1);
    const keysOf = (head: number, query: number) =>
      Array.from({ length: query + 1 }, (_, key) => key).filter((key) => sees(head, query, key));

    let left = 0;
    for (let layer = 0; layer < layers; layer++) {
      for (let head = 0; head < heads; head++) {
        const mask = await prefillMask(model, run, layer, head);
        const found = mask.map((ranges) =>
          ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i)),
        );
        expect(found).toEqual(IDS.map((_, query) => keysOf(head, query)));
        // Ranges that touch would be one.
        for (const ranges of mask) {
          ranges.forEach(([from], i) => {
            if (i > 0) expect(from).toBeGreaterThan(ranges[i - 1][1]);
          });
        }
        const reads = await decodeReads(model, run, layer, head);
        const expected = Array.from({ length: tokens - PROMPT }, (_, step) =>
          keysOf(head, PROMPT + step),
        );
        expect(reads.map((positions) => [...positions])).toEqual(expected);
        left += (tokens * (tokens + 1)) / 2 - [...found, ...expected].flat().length;
      }
    }
    expect(left).toBeGreaterThan(0);

    const recall = await massRecall(model, run);
    const rows = await scoredRows(run, { reindexed, temperature: strategy.score.temperature });
    // In the first layer queries and keys are those of a dense run.
    const plain = { sinks: 0, recent: Number.POSITIVE_INFINITY, positions: 'original' } as const;
    const text = [...IDS, ...run.generated].slice(0, tokens);
    const { temperature, maskedHeads } = strategy.score;
    const dense = forward(CONFIG, lookUp(weights), text, { ...plain, temperature, maskedHeads });
    for (let layer = 0; layer < layers; layer++) {
      for (let head = 0; head < heads; head++) {
        const recalls = Array.from({ length: tokens }, (_, query) => {
          const exponentials = rows(layer, head, query).map((score, key) =>
            Math.exp(score + (layer === 0 ? bias(head, key) : 0)),
          );
          const sum = (keys: number[]) => keys.reduce((total, key) => total + exponentials[key], 0);
          const share = sum(keysOf(head, query)) / sum([...exponentials.keys()]);
          if (layer === 0 && bias(head, 0) === 0) {
            const weightsOf = dense.attention[0][head][query];
            const whole = keysOf(head, query).reduce((total, key) => total + weightsOf[key], 0);
            expect(share).toBeCloseTo(whole, 4);
          }
          return share;
        });
        const at = layer * heads + head;
        expect(recall.prompt[at]).toBeCloseTo(mean(recalls.slice(0, PROMPT)), 5);
        expect(recall.decode[at]).toBeCloseTo(mean(recalls.slice(PROMPT)), 5);
      }
    }
    run.destroy();
    model.destroy();
  });
});

/** Scores of a row's query against all keys up to it, at distances of the text, from what the run kept. */
async function scoredRows(
  run: Run,
  { reindexed, temperature }: { reindexed: boolean; temperature: number },
): Promise<(layer: number, head: number, query: number) => number[]> {
  const { inspection } = run;
  if (!inspection) throw new Error('The run kept nothing.');
  const { device } = run.forward.bench.model;
  const read = async (buffer: GPUBuffer) =>
    new Float32Array(await readBack(device, buffer, buffer.size));
  const [q, k] = await Promise.all([read(inspection.q), read(inspection.k)]);
  const frequencies = ropeFrequencies(headDim, THETA);
  const vector = (data: Float32Array, row: number, position: number) => {
    const at = (row * inspection.capacity + position) * headDim;
    const own = Float64Array.from(data.subarray(at, at + headDim));
    return reindexed ? rotate(own, position, frequencies) : own;
  };
  return (layer, head, query) => {
    const own = vector(q, layer * heads + head, query);
    const kvRow = layer * kvHeads + Math.floor(head / (heads / kvHeads));
    return Array.from(
      { length: query + 1 },
      (_, key) => dot(own, vector(k, kvRow, key)) / (Math.sqrt(headDim) * temperature),
    );
  };
}

it('has a mean over all rows of a text too long for one submission, and none over no rows', async () => {
  const config = testConfig({ layers: 1, heads: 8, kvHeads: 1, headDim: 4, hiddenSize: 8 });
  const { model } = await randomModel(config, 31);
  const run = await runToEnd(model, {
    ids: Array.from({ length: 800 }, (_, i) => i % config.vocabSize),
    strategy: testStrategy(),
    sampling: GREEDY,
    maxTokens: 1,
    inspect: true,
  });
  const submit = vi.spyOn(model.device.queue, 'submit');
  const { prompt, decode } = await massRecall(model, run);
  expect(submit).toHaveBeenCalledTimes(2);
  for (const recall of prompt) expect(recall).toBeCloseTo(1, 6);
  expect([...decode]).toEqual(Array(8).fill(Number.NaN));
  expect(await decodeReads(model, run, 0, 0)).toEqual([]);
  run.destroy();
  model.destroy();
});
