/** What the tests of strategies share: a random model, runs under a choice, and the comparison with the reference. */
import { expect } from 'vitest';
import type { GpuModel } from '../engine/gpu-model';
import { NEVER_EVICTED } from '../engine/inspection';
import { Run } from '../engine/run';
import type { Strategy } from '../engine/strategy';
import { GREEDY, randomModel, testConfig } from '../engine/testing';
import { readBack } from '../gpu/read-back';
import type { EvictionLog } from '../reference/eviction-log';
import type { ReferenceMethods } from '../reference/methods/method';
import { lookUp, randomStream } from '../reference/random-model';
import { ReferenceRun } from '../reference/run';
import { THETA } from '../reference/testing';
import { buildStrategy } from './build';
import type { Calibration } from './calibration';
import type { Oracle } from './oracle';
import { REGISTRY, type StrategyChoice } from './registry';
import { AXES, type Entry } from './schema';

const CONFIG = testConfig({ layers: 3, heads: 4, kvHeads: 2, hiddenSize: 28 });
const { headDim, vocabSize } = CONFIG;
export const SHAPE = { layers: 3, heads: 4, kvHeads: 2, headDim, ropeTheta: THETA };
export const LENGTH = 150;
export const CHUNK = 64;
export const NEW_TOKENS = 12;
export const PARTS = { context: 121, documents: [1, 37, 80] };

const next = randomStream(33);
export const IDS = Array.from({ length: LENGTH }, () => Math.floor(Math.abs(next()) * vocabSize));
export const OTHER_ID = (id: number) => (id + 7) % vocabSize;

const FILES = import.meta.glob<{ oracle: Oracle }>('./*/*.oracle.ts', { eager: true });

/** Every entry with its test vector. */
export const ENTRIES = AXES.flatMap((axis) =>
  (REGISTRY[axis] as Entry<unknown, object>[]).map((entry) => ({
    axis,
    entry,
    name: `${axis} ${entry.id}`,
    oracle: FILES[`./${axis}/${entry.id}.oracle.ts`]?.oracle,
  })),
);

export interface Result {
  logits: Float32Array;
  generated: number[];
  /** Positions held per layer and KV head, when the prompt was read and at the end. */
  keptAfterPrompt: number[][];
  keptAtEnd: number[][];
  state: ReturnType<Run['cache']['state']>;
  /** [layers, heads, 2]: pairs computed, entries read. */
  counts: Uint32Array;
  /** [layers, heads, tokens]: log-sum-exp of every row. */
  lse: Float32Array;
  evictions: Evictions;
  strategy: Strategy;
}

/** What the inspection store notes about entries that left, [layers * kvHeads, tokens]. */
interface Evictions {
  evictedAt: Uint32Array;
  /** null: no policy ranked them. */
  lostScores: Float32Array | null;
  /** [layers * kvHeads, tokens + 1] */
  lowestKept: Float32Array | null;
}

/** A random model that reads the same prompt under any strategy. */
export class Subject {
  private constructor(
    private readonly model: GpuModel,
    private readonly weights: Map<string, Float32Array>,
  ) {}

  static async create(): Promise<Subject> {
    const { model, weights } = await randomModel(CONFIG, 12);
    return new Subject(model, weights);
  }

  destroy(): void {
    this.model.destroy();
  }

  async run(choice: StrategyChoice, calibration: Calibration | null, ids = IDS): Promise<Result> {
    const { model } = this;
    const strategy = buildStrategy(choice, SHAPE, calibration);
    const run = await Run.create(model, {
      ids,
      parts: PARTS,
      strategy,
      sampling: GREEDY,
      maxTokens: NEW_TOKENS,
      inspect: true,
      chunk: CHUNK,
    });
    try {
      while (!run.promptRead) await run.readChunk();
      const kept = async () => (await run.cache.keptPositions()).map((positions) => [...positions]);
      const keptAfterPrompt = await kept();
      while (run.generated.length < NEW_TOKENS) await run.decodeToken();
      const read = async (buffer: GPUBuffer, bytes: number) =>
        new Float32Array(await readBack(model.device, buffer, bytes));
      const { inspection } = run;
      if (!inspection) throw new Error('The run was not inspected.');
      const { lse, evictedAt, losses } = inspection;
      return {
        logits: await read(run.forward.logits, vocabSize * 4),
        generated: [...run.generated],
        keptAfterPrompt,
        keptAtEnd: await kept(),
        state: run.cache.state(),
        counts: await run.counts(),
        lse: await read(lse, lse.size),
        evictions: {
          evictedAt: new Uint32Array(await readBack(model.device, evictedAt, evictedAt.size)),
          lostScores: losses && (await read(losses.scores, losses.scores.size)),
          lowestKept: losses && (await read(losses.lowestKept, losses.lowestKept.size)),
        },
        strategy,
      };
    } finally {
      run.destroy();
    }
  }

  /** Holds a run against the reference: what was kept, why the rest left, what was computed and read, logits. */
  expectReference(found: Result, methods: ReferenceMethods, tolerance = 1e-4): void {
    const parts = { length: LENGTH, ...PARTS };
    const tokens = LENGTH + NEW_TOKENS;
    const reference = new ReferenceRun(CONFIG, lookUp(this.weights), methods, parts, tokens);
    reference.read(IDS, found.strategy.cache.round ?? CHUNK);
    const positions = () =>
      reference.entries.flat().map((list) => list.map(({ position }) => position));
    expect(found.keptAfterPrompt).toEqual(positions());
    for (const id of found.generated.slice(0, -1)) reference.decode(id);
    expect(found.keptAtEnd).toEqual(positions());
    const perHead = (index: number) => found.counts.filter((_, i) => i % 2 === index);
    expect([...perHead(0)]).toEqual(reference.pairs.flat());
    const reads = Array.from({ length: SHAPE.layers * SHAPE.heads }, (_, at) => {
      const [layer, head] = [Math.floor(at / SHAPE.heads), at % SHAPE.heads];
      return sum(reference.reads.map((step) => step[layer][head].length));
    });
    expect([...perHead(1)]).toEqual(reads);
    expect(difference(found.logits, reference.logits)).toBeLessThan(tolerance);
    expectEvictions(found.evictions, reference.evictions, tolerance);
  }
}

/** Holds when entries left, and the scores that decided it, against the reference. */
function expectEvictions(
  { evictedAt, lostScores, lowestKept }: Evictions,
  { departures, lowestKept: lowest }: EvictionLog,
  tolerance: number,
): void {
  const tokens = LENGTH + NEW_TOKENS;
  const expectedAt = new Uint32Array(evictedAt.length).fill(NEVER_EVICTED);
  const expectedScores = new Float32Array(evictedAt.length).fill(Number.NaN);
  const expectedLowest = new Float32Array(SHAPE.layers * SHAPE.kvHeads * (tokens + 1)).fill(
    Number.NaN,
  );
  departures.flat().forEach((left, head) => {
    for (const [position, { at, score }] of left) {
      expectedAt[head * tokens + position] = at;
      expectedScores[head * tokens + position] = score ?? Number.NaN;
    }
  });
  lowest.flat().forEach((steps, head) => {
    for (const [at, score] of steps) expectedLowest[head * (tokens + 1) + at] = score;
  });
  expect([...evictedAt]).toEqual([...expectedAt]);
  expectScores(lostScores, expectedScores, tolerance);
  expectScores(lowestKept, expectedLowest, tolerance);
}

/** NaN stands where there is no score; no array at all: nowhere. */
function expectScores(found: Float32Array | null, expected: Float32Array, tolerance: number): void {
  const scored = (values: Float32Array) =>
    [...values.keys()].filter((at) => !Number.isNaN(values[at]));
  const places = scored(expected);
  expect(found ? scored(found) : []).toEqual(places);
  if (!found || places.length === 0) return;
  const at = (values: Float32Array) => places.map((place) => values[place]);
  expect(difference(at(found), at(expected))).toBeLessThan(tolerance);
}

/** Largest difference, relative to the largest value. */
export function difference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let worst = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    worst = Math.max(worst, Number.isFinite(found[i]) ? Math.abs(found[i] - expected[i]) : 1e9);
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return worst / scale;
}

export function sum(values: Iterable<number>): number {
  return [...values].reduce((total, value) => total + value, 0);
}
