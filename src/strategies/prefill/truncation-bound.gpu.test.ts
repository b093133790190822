/**
 * A pattern that only leaves pairs out moves an output by no more than the weight that it leaves out allows:
 * with r the dense weight of the pairs that are computed, O − O_dense = (1 − r) · (O_kept − O_left out).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuModel } from '../../engine/gpu-model';
import { MAX_CHUNK } from '../../engine/kernels';
import { Run } from '../../engine/run';
import { GREEDY, randomModel, testConfig } from '../../engine/testing';
import { readBack } from '../../gpu/read-back';
import { randomStream } from '../../reference/random-model';
import { buildStrategy } from '../build';
import type { Oracle } from '../oracle';
import { PRESETS } from '../presets';
import { REGISTRY } from '../registry';
import { completeValues } from '../schema';

const CONFIG = testConfig({ layers: 1, heads: 6, kvHeads: 2, headDim: 12, hiddenSize: 52 });
const SHAPE = { layers: 1, heads: 6, kvHeads: 2, headDim: CONFIG.headDim };
const LENGTH = 187;
const CHUNK = 64;
const FIRST = LENGTH - (LENGTH % CHUNK);

const next = randomStream(7);
const IDS = Array.from({ length: LENGTH }, () => Math.floor(Math.abs(next()) * CONFIG.vocabSize));
const FILES = import.meta.glob<{ oracle: Oracle }>('./*.oracle.ts', { eager: true });
const ENTRIES = REGISTRY.prefill.filter(({ traits }) => traits?.includes('plans'));

let model: GpuModel;
let dense: Result;

beforeAll(async () => {
  ({ model } = await randomModel(CONFIG, 3));
  dense = await attend(PRESETS[0].choice.prefill, undefined);
}, 60_000);
afterAll(() => model.destroy());

interface Result {
  /** Of the last chunk: output(row, head) and its log-sum-exp. */
  output(row: number, head: number): Float32Array;
  lse(row: number, head: number): number;
  /** values[kvHead][position]. */
  values: Float32Array[][];
}

/** Reads the prompt in chunks and returns what attention left of the last one. */
async function attend(
  prefill: (typeof PRESETS)[0]['choice']['prefill'],
  oracle: Oracle | undefined,
): Promise<Result> {
  const calibration = oracle?.calibration
    ? { model: 'random', ...oracle.calibration(SHAPE) }
    : null;
  const run = await Run.create(model, {
    ids: IDS,
    parts: { context: 150, documents: [1, 60, 140] },
    strategy: buildStrategy({ ...PRESETS[0].choice, prefill }, SHAPE, calibration),
    sampling: GREEDY,
    maxTokens: 1,
    inspect: false,
    chunk: CHUNK,
  });
  try {
    while (!run.promptRead) await run.readChunk();
    const read = async (buffer: GPUBuffer) =>
      new Float32Array(await readBack(model.device, buffer, buffer.size));
    const attention = await read(run.forward.bench.named.attention);
    const pool = await read(run.cache.values);
    const { headDim, kvHeads } = CONFIG;
    const stride = model.sizes.attention4 * 4;
    return {
      output: (row, head) =>
        attention.subarray(row * stride + head * headDim, row * stride + (head + 1) * headDim),
      lse: (row, head) => attention[MAX_CHUNK * stride + head * MAX_CHUNK + row],
      values: Array.from({ length: kvHeads }, (_, head) =>
        Array.from(run.cache.rowsOf(head), (row) =>
          pool.subarray(row * headDim, (row + 1) * headDim),
        ),
      ),
    };
  } finally {
    run.destroy();
  }
}

const norm = (vector: Iterable<number>) => Math.hypot(...vector);

describe.each(ENTRIES)('$id', ({ id, parameters }) => {
  it('moves no output further than the weight that it leaves out', async () => {
    const { oracle } = FILES[`./${id}.oracle.ts`];
    const values = completeValues(id, parameters, oracle.small);
    const sparse = await attend({ id, values }, oracle);
    let leftOut = 0;
    for (let head = 0; head < CONFIG.heads; head++) {
      const kvHead = Math.floor((head * CONFIG.kvHeads) / CONFIG.heads);
      for (let row = 0; row < LENGTH - FIRST; row++) {
        const kept = Math.exp(sparse.lse(row, head) - dense.lse(row, head));
        expect(kept).toBeLessThan(1 + 1e-5);
        const seen = dense.values[kvHead].slice(0, FIRST + row + 1);
        const full = dense.output(row, head);
        const moved = norm(sparse.output(row, head).map((value, i) => value - full[i]));
        expect(moved).toBeLessThanOrEqual((1 - kept) * 2 * Math.max(...seen.map(norm)) + 1e-5);
        leftOut = Math.max(leftOut, 1 - kept);
      }
    }
    expect(leftOut).toBeGreaterThan(0.1);
  });
});
