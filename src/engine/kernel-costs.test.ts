import { describe, expect, test } from 'vitest';
import embedded from '../../public/models/needle-2.4m/config.json';
import type { Constants } from '../gpu/kernels';
import { type Cost, costOf, type Workload } from './kernel-costs';

/** Two query heads of size 4 on one KV head. */
const HEADS = { HEADS: 2, KV_HEADS: 1, HEAD_DIM: 4 };

function work(change: Partial<Workload> = {}): Workload {
  return { tokens: 3, pairs: 12, entries: 5, elementBytes: 4, ...change };
}

describe('costs worked out by hand', () => {
  const cases: [string, Constants, Partial<Workload>, Cost][] = [
    // 3 rows of 8 numbers: an id, the row as stored, the row as f32.
    ['linear/embed', { IN4: 2 }, {}, { flops: 0, bytes: 3 * (4 + 32 + 32) }],
    ['linear/embed', { IN4: 2 }, { elementBytes: 2 }, { flops: 0, bytes: 3 * (4 + 16 + 32) }],
    // 24 numbers, 4 operations each; in, out, and one row of weights.
    ['norm/norm', { WIDTH4: 2 }, {}, { flops: 96, bytes: 96 + 96 + 32 }],
    // [3, 8] × [8, 5]: 120 multiplications with additions.
    ['linear/matmul', { IN4: 2, OUT: 5 }, {}, { flops: 240, bytes: 96 + 160 + 60 }],
    // Rows of one block of 34 bytes, then three of 18.
    [
      'linear/block-matmul',
      { IN4: 8, OUT: 5, TYPE0: 8, TYPE1: 2, FROM1: 2 },
      {},
      { flops: 960, bytes: 384 + 60 + 2 * 34 + 3 * 18 },
    ],
    ['linear/block-embed', { IN4: 8, TYPE0: 2 }, {}, { flops: 0, bytes: 3 * (4 + 18 + 128) }],
    ['linear/matmul', { IN4: 2, OUT: 5, ADD: 1 }, {}, { flops: 255, bytes: 96 + 160 + 120 }],
    ['linear/matmul', { IN4: 2, OUT: 5 }, { elementBytes: 2 }, { flops: 240, bytes: 96 + 80 + 60 }],
    // The newest token alone, whatever the submission has.
    ['linear/matvec', { IN4: 2, OUT: 5 }, {}, { flops: 80, bytes: 32 + 160 + 20 }],
    ['linear/matvec', { IN4: 2, OUT: 5, INPUT: 1 }, {}, { flops: 80 + 32, bytes: 64 + 160 + 20 }],
    [
      'linear/matvec',
      { IN4: 2, OUT: 5, INPUT: 2, ADD: 1 },
      {},
      { flops: 85 + 40, bytes: 64 + 160 + 40 },
    ],
    // A LayerNorm takes the mean off and adds a bias; what it adds to is read as well.
    ['norm/norm', { WIDTH4: 2, CENTRED: 1 }, {}, { flops: 24 * 7, bytes: 96 + 96 + 64 }],
    ['norm/norm', { WIDTH4: 2, ADD: 1 }, {}, { flops: 24 * 5, bytes: 96 + 192 + 32 }],
    // 3 heads of 4 are normalised.
    ['norm/head-norm', HEADS, {}, { flops: 3 * 12 * 4, bytes: 2 * 3 * 48 + 32 }],
    [
      'linear/matmul',
      { IN4: 2, OUT: 5, BIAS: 1 },
      {},
      { flops: 240 + 15, bytes: 96 + 160 + 60 + 20 },
    ],
    [
      'linear/matvec',
      { IN4: 2, OUT: 5, INPUT: 3, BIAS: 1 },
      {},
      { flops: 85 + 56, bytes: 96 + 160 + 20 + 20 },
    ],
    [
      'linear/matvec',
      { IN4: 2, OUT: 5, INPUT: 2, GATED: 0 },
      {},
      { flops: 80 + 32, bytes: 32 + 160 + 20 },
    ],
    ['linear/activate', { WIDTH4: 2, GATED: 0 }, {}, { flops: 96, bytes: 3 * 64 }],
    ['linear/activate', { WIDTH4: 2 }, {}, { flops: 120, bytes: 3 * 96 }],
    // 16 numbers a token are read, 12 written back, 8 written to the cache with an entry of 8 bytes; queries are
    // scaled, and 6 pairs turned.
    [
      'cache/append',
      HEADS,
      {},
      { flops: 3 * (8 + 6 * 12), bytes: 3 * (16 * 4 + 12 * 4 + 8 * 4 + 8) },
    ],
    [
      'cache/append',
      { ...HEADS, REINDEXED: 1 },
      { elementBytes: 2 },
      { flops: 24, bytes: 3 * (16 * 4 + 12 * 4 + 8 * 2 + 8) },
    ],
    // 3 tokens × 2 heads × causal triangle of 6 pairs; q·k and a·v 8 each, 5 for the softmax.
    [
      'attention/chunk',
      HEADS,
      {},
      { flops: 12 * 21, bytes: 3 * 2 * 4 * 4 * 2 + 3 * 2 * 8 + 5 * (2 * 16 + 8) },
    ],
    ['attention/count-pairs', HEADS, {}, { flops: 6, bytes: 24 + 16 }],
    // One query of each of 2 heads over 5 entries: one split of 4 + 3 numbers a head.
    [
      'attention/decode',
      HEADS,
      { tokens: 1, pairs: 10 },
      { flops: 10 * 21, bytes: 32 + 5 * 40 + 2 * 7 * 4 },
    ],
    // 300 entries a head are two splits.
    [
      'attention/decode',
      HEADS,
      { tokens: 1, pairs: 600, entries: 300 },
      { flops: 600 * 21, bytes: 32 + 300 * 40 + 4 * 7 * 4 },
    ],
    // Of 300 entries 6 are read.
    [
      'attention/selected-decode',
      HEADS,
      { tokens: 1, pairs: 6, entries: 300 },
      { flops: 6 * 21, bytes: 32 + 6 * 40 + 2 * 7 * 4 },
    ],
    [
      'attention/merge',
      HEADS,
      { tokens: 1, pairs: 600, entries: 300 },
      { flops: 4 * 12 + 8, bytes: 4 * 7 * 4 + 2 * 8 * 4 },
    ],
    ['sample/sample', { VOCAB: 100 }, {}, { flops: 0, bytes: 400 }],
    // Each head scores the 32 entries of its KV head.
    [
      'select/slot-scores',
      HEADS,
      { tokens: 1, entries: 32 },
      { flops: 64 * 10, bytes: 32 + 32 * 24 + 64 * 4 },
    ],
    // 32 entries are two pages with minimum and maximum.
    [
      'select/page-bounds',
      HEADS,
      { tokens: 1, entries: 32 },
      { flops: 2 * 2 * 12, bytes: 32 + 2 * 2 * 16 + 16 },
    ],
  ];
  test.each(cases)('%s %j %j', (kernel, sizes, change, expected) => {
    expect(costOf(kernel, sizes, work(change))).toEqual(expected);
  });

  test('a kernel without a formula has no cost', () => {
    expect(costOf('select/to-list', {}, work())).toBeNull();
  });
});

/** FLOP/byte of the products and the attention of the embedded model's layers. */
function intensityOf(tokens: number, held: number, elementBytes: 2 | 4): number {
  const { hidden_size: hidden, intermediate_size: inner, head_dim, vocab_size } = embedded;
  const heads = {
    HEADS: embedded.num_attention_heads,
    KV_HEADS: embedded.num_key_value_heads,
    HEAD_DIM: head_dim,
  };
  const own = (held - tokens) * tokens + (tokens * (tokens + 1)) / 2;
  const workload = {
    tokens,
    pairs: heads.HEADS * own,
    entries: heads.KV_HEADS * held,
    elementBytes,
  };
  const product = tokens === 1 ? 'linear/matvec' : 'linear/matmul';
  const qkv = (heads.HEADS + 2 * heads.KV_HEADS) * head_dim;
  const layer: [string, Constants][] = [
    [product, { IN4: hidden / 4, OUT: qkv, INPUT: 1 }],
    [tokens === 1 ? 'attention/decode' : 'attention/chunk', heads],
    [product, { IN4: (heads.HEADS * head_dim) / 4, OUT: hidden, ADD: 1 }],
    [product, { IN4: hidden / 4, OUT: 2 * inner, INPUT: 1 }],
    [product, { IN4: inner / 4, OUT: hidden, INPUT: 2, ADD: 1 }],
  ];
  const kernels = Array.from({ length: embedded.num_hidden_layers }, () => layer).flat();
  kernels.push(['linear/matvec', { IN4: hidden / 4, OUT: vocab_size, INPUT: 1 }]);
  const costs = kernels.map(([kernel, sizes]) => costOf(kernel, sizes, workload));
  const sum = (of: (cost: Cost) => number) =>
    costs.reduce((total, cost) => total + (cost ? of(cost) : Number.NaN), 0);
  return sum(({ flops }) => flops) / sum(({ bytes }) => bytes);
}

describe('the roofline', () => {
  // Peak f32 FLOP/s and bytes/s as the makers give them: a laptop's integrated and a data centre's GPU.
  const RIDGES = [2.1e12 / 68e9, 67e12 / 3.35e12];

  test('decode at batch 1 lies left of the ridge, at any length and precision', () => {
    for (const held of [1, 100, 1000, 16384]) {
      for (const bytes of [2, 4] as const) {
        const intensity = intensityOf(1, held, bytes);
        expect(intensity).toBeGreaterThan(0.2);
        // A weight is used once: a multiplication and an addition for its bytes; heads share their keys.
        expect(intensity).toBeLessThan((2 / bytes) * 2.5);
        for (const ridge of RIDGES) expect(intensity).toBeLessThan(ridge);
      }
    }
  });

  test('a long chunk lies right of it', () => {
    for (const ridge of RIDGES) expect(intensityOf(512, 2048, 4)).toBeGreaterThan(ridge);
    expect(intensityOf(32, 32, 4)).toBeLessThan(intensityOf(512, 512, 4));
  });
});
