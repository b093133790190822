import { describe, it } from 'vitest';
import { packStruct } from '../../gpu/wgsl';
import { randomStream } from '../../reference/random-model';
import { FRAME_CODE, MAX_CHUNK } from '../kernels';
import { runKernel } from '../run-kernel';
import { ACCUMULATE, PLANNED_ACCUMULATE, REDUCE } from './cache-work';
import { entryPool, pagedHeads, type TestHead } from './testing';

const next = randomStream(41);
const random = (length: number) => Float32Array.from({ length }, next);
const chance = (share: number) => (next() + 1) / 2 < share;

/** Parts of plans: as in `shaders/shared/plan.wgsl`. */
const ROWS = 1;
const COLUMNS = 2;
const DIAGONALS = 4;
const BLOCKS = 8;

interface Case {
  heads: number;
  kvHeads: TestHead[];
  headDim: number;
  tokens: number;
  first: number;
  end: number;
  decay: number;
  reduce: keyof typeof REDUCE;
  /** Parts of the plan in use; 0: no plan. */
  plan: number;
}

const CASES: Record<string, Case> = {
  'a decode step over ragged heads': {
    heads: 6,
    kvHeads: [{ slots: 70 }, { slots: 1 }, { slots: 0 }],
    headDim: 12,
    tokens: 1,
    first: 0,
    end: 1,
    decay: 1,
    reduce: 'sum',
    plan: 0,
  },
  'some rows of a chunk, with a window and forgetting': {
    heads: 4,
    kvHeads: [{ slots: 100, sinks: 3, recent: 50 }, { slots: 63 }],
    headDim: 20,
    tokens: 37,
    first: 5,
    end: 32,
    decay: 0.875,
    reduce: 'mean',
    plan: 0,
  },
  'the first chunk': {
    heads: 3,
    kvHeads: [{ slots: 0 }],
    headDim: 4,
    tokens: 130,
    first: 0,
    end: 130,
    decay: 1,
    reduce: 'max',
    plan: 0,
  },
  'no rows: new slots still begin at 0': {
    heads: 2,
    kvHeads: [{ slots: 20 }],
    headDim: 8,
    tokens: 5,
    first: 5,
    end: 5,
    decay: 0.5,
    reduce: 'sum',
    plan: 0,
  },
  'all parts of a plan': {
    heads: 4,
    kvHeads: [{ slots: 48 }, { slots: 48 }],
    headDim: 16,
    tokens: 45,
    first: 1,
    end: 45,
    decay: 0.75,
    reduce: 'sum',
    plan: ROWS + COLUMNS + DIAGONALS + BLOCKS,
  },
  'two parts of a plan': {
    heads: 2,
    kvHeads: [{ slots: 0 }, { slots: 0 }],
    headDim: 32,
    tokens: 70,
    first: 0,
    end: 69,
    decay: 1,
    reduce: 'mean',
    plan: COLUMNS + BLOCKS,
  },
};

/** A random plan of a chunk behind `before` keys, as words and as a predicate. */
function randomPlan({ heads, tokens, plan }: Case, before: number) {
  const keys = before + tokens;
  const words = Math.ceil(keys / 32);
  const blockWords = Math.ceil(keys / 16 / 32);
  const columnsAt = 2 * MAX_CHUNK;
  const diagonalsAt = columnsAt + heads * words;
  const blocksAt = diagonalsAt + heads * words;
  const data = new Uint32Array(blocksAt + heads * (MAX_CHUNK / 16) * blockWords);
  const randomBits = (at: number, count: number, share: number) => {
    const bits = Array.from({ length: count }, () => chance(share));
    bits.forEach((bit, i) => {
      if (bit) data[at + (i >> 5)] |= 1 << (i & 31);
    });
    return bits;
  };
  const ranges = Array.from({ length: tokens }, (_, row) => {
    const range = [chance(0.5) ? 2 : 0, before + row - (chance(0.5) ? 3 : -1)];
    data.set(range, 2 * row);
    return range;
  });
  const each = Array.from({ length: heads }, (_, head) => ({
    columns: randomBits(columnsAt + head * words, keys, 0.1),
    diagonals: randomBits(diagonalsAt + head * words, keys, 0.1),
    blocks: Array.from({ length: Math.ceil(tokens / 16) }, (_, block) =>
      randomBits(
        blocksAt + (head * (MAX_CHUNK / 16) + block) * blockWords,
        Math.ceil(keys / 16),
        0.3,
      ),
    ),
  }));
  const contains = (head: number, row: number, slot: number) => {
    const { columns, diagonals, blocks } = each[head];
    const [below, from] = ranges[row];
    return (
      ((plan & ROWS) !== 0 && (slot < below || slot >= from)) ||
      ((plan & COLUMNS) !== 0 && columns[slot]) ||
      ((plan & DIAGONALS) !== 0 && diagonals[before + row - slot]) ||
      ((plan & BLOCKS) !== 0 && blocks[row >> 4][slot >> 4])
    );
  };
  return { data, contains, frame: { plan_words: words, plan_block_words: blockWords } };
}

/** Weights of scores, and the logarithm of the sum of their exponentials; null: not computed, weight 0. */
function softmaxOf(scores: (number | null)[]): { weights: number[]; logSumExp: number } {
  const exponentials = scores.map((score) => (score === null ? 0 : Math.exp(score)));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  if (sum === 0) return { weights: exponentials, logSumExp: -3e38 };
  return { weights: exponentials.map((value) => value / sum), logSumExp: Math.log(sum) };
}

describe('accumulate', () => {
  it.each(Object.entries(CASES))('%s', async (_, call) => {
    const { heads, kvHeads, headDim, tokens, first, end, decay } = call;
    const groupHeads = heads / kvHeads.length;
    const parts = heads + 2 * kvHeads.length;
    // The second of two layers.
    const cache = pagedHeads([...kvHeads.map(() => ({ slots: 9 })), ...kvHeads], tokens, next);
    const rowOf = (kvHead: number, slot: number) => cache.row(kvHeads.length + kvHead, slot);
    const plan = randomPlan(call, kvHeads[0].slots);
    const qkv = random(tokens * parts * headDim);
    const keys = random(cache.rows * headDim);
    const scores = random(cache.rows);
    const entries = entryPool(cache.rows);
    const outputs = MAX_CHUNK * headDim * heads;
    const attention = random(outputs + 2 * heads * MAX_CHUNK);

    // The last head is steered. Positions have gaps, as if entries had left.
    const steering = { steer_bias: 0.7, steer_from: 8, steer_to: 30 };
    const frame = { ...cache.frame, ...plan.frame, ...steering, score_scale: 1.5 };
    const positionOf = (slot: number) => slot + (slot >> 3);
    const biasOf = (slot: number) => (slot % 5) / 8;

    function scoreOf(head: number, query: number, slot: number): number | null {
      const kvHead = Math.floor(head / groupHeads);
      const { slots, sinks = 0, recent = Number.POSITIVE_INFINITY } = kvHeads[kvHead];
      const seen = slot < sinks || slots + query - slot < recent;
      if (!seen || (call.plan && !plan.contains(head, query, slot))) return null;
      let product = 0;
      for (let dim = 0; dim < headDim; dim++) {
        product +=
          qkv[(query * parts + head) * headDim + dim] * keys[rowOf(kvHead, slot) * headDim + dim];
      }
      const position = positionOf(slot);
      const steered = head === heads - 1 && position >= 8 && position < 30;
      return product * 1.5 + biasOf(slot) + (steered ? 0.7 : 0);
    }

    const expected = Float64Array.from(scores);
    kvHeads.forEach(({ slots }, kvHead) => {
      for (let slot = 0; slot < slots + tokens; slot++) {
        entries.set(rowOf(kvHead, slot), positionOf(slot), biasOf(slot));
        if (slot >= slots) expected[rowOf(kvHead, slot)] = 0;
      }
      for (let query = 0; query < tokens; query++) {
        const group = Array.from({ length: groupHeads }, (_, i) => {
          const head = kvHead * groupHeads + i;
          const row = softmaxOf(
            Array.from({ length: slots + query + 1 }, (_, slot) => scoreOf(head, query, slot)),
          );
          attention[outputs + head * MAX_CHUNK + query] = row.logSumExp;
          return row.weights;
        });
        if (query < first || query >= end) continue;
        for (let slot = 0; slot < slots + tokens; slot++) {
          const own = group.map((weights) => weights[slot] ?? 0);
          const sum = own.reduce((total, weight) => total + weight, 0);
          const reduced = { sum, mean: sum / groupHeads, max: Math.max(...own) }[call.reduce];
          expected[rowOf(kvHead, slot)] = decay * expected[rowOf(kvHead, slot)] + reduced;
        }
      }
    });

    const observed = new ArrayBuffer(16);
    new Uint32Array(observed).set([first, end]);
    new Float32Array(observed)[2] = decay;
    const steeredHeads = new Uint32Array(8);
    steeredHeads[0] = 1 << (heads - 1);
    const layer = packStruct(FRAME_CODE, 'Layer', {
      index: 1,
      scale_per_log: 0,
      scale_least: 1,
      angles_at: 0,
      window: 0xffffffff,
      masked_heads: new Uint32Array(8),
      steered_heads: steeredHeads,
    });
    const mostSlots = Math.max(...kvHeads.map(({ slots }) => slots)) + tokens;
    const result = await runKernel(call.plan ? PLANNED_ACCUMULATE : ACCUMULATE, {
      constants: {
        HEADS: heads,
        KV_HEADS: kvHeads.length,
        LANES: headDim / 4,
        OUT_STRIDE: heads * headDim,
        REDUCE: REDUCE[call.reduce],
        PLAN: call.plan,
      },
      frame,
      cacheTable: cache.cacheTable,
      inputs: {
        layer,
        observed,
        qkv,
        keys,
        entries: entries.data,
        attention,
        scores,
        plan: plan.data,
      },
      outputs: ['scores'],
      workgroups: [Math.ceil(mostSlots / 64), kvHeads.length],
    });
    // Other pages, and the other layer's, stay as they were.
    new Float32Array(result.scores).forEach((found, row) => {
      if (!(Math.abs(found - expected[row]) < 1e-5)) {
        throw new Error(`row ${row}: expected ${expected[row]}, found ${found}`);
      }
    });
  });
});
