/** What the tests of strategies share: a random model, runs under a choice, and the comparison with the reference. */
import { expect } from 'vitest';
import type { GpuModel } from '../engine/gpu-model';
import { Run } from '../engine/run';
import type { Strategy } from '../engine/strategy';
import { GREEDY, randomModel, testConfig } from '../engine/testing';
import { readBack } from '../gpu/read-back';
import type { ReferenceMethods } from '../reference/methods/method';
import { lookUp, randomStream } from '../reference/random-model';
import { ReferenceRun } from '../reference/run';
import { buildStrategy } from './build';
import type { Calibration } from './calibration';
import type { Oracle } from './oracle';
import { REGISTRY, type StrategyChoice } from './registry';
import { AXES, type Entry } from './schema';

const CONFIG = testConfig({ layers: 3, heads: 4, kvHeads: 2, hiddenSize: 28 });
const { headDim, ropeTheta, vocabSize } = CONFIG;
export const SHAPE = { layers: 3, heads: 4, kvHeads: 2, headDim, ropeTheta };
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
  strategy: Strategy;
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
      const kept = async () => (await run.keptPositions()).map((positions) => [...positions]);
      const keptAfterPrompt = await kept();
      while (run.generated.length < NEW_TOKENS) await run.decodeToken();
      const read = async (buffer: GPUBuffer, bytes: number) =>
        new Float32Array(await readBack(model.device, buffer, bytes));
      const lse = run.inspection?.lse;
      if (!lse) throw new Error('The run was not inspected.');
      return {
        logits: await read(run.forward.logits, vocabSize * 4),
        generated: [...run.generated],
        keptAfterPrompt,
        keptAtEnd: await kept(),
        state: run.cache.state(),
        counts: await run.counts(),
        lse: await read(lse, lse.size),
        strategy,
      };
    } finally {
      run.destroy();
    }
  }

  /** Holds a run against the reference: what was kept, computed and read, and the logits at the end. */
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
  }
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
