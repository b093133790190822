import { expect, it } from 'vitest';
import { packStruct } from '../../gpu/wgsl';
import { randomStream } from '../../reference/random-model';
import { FORCED } from '../../reference/select';
import { MAX_CHUNK } from '../kernels';
import { runKernel } from '../run-kernel';
import { BLOCK_SHARES, BUDGET_LINES, EXPAND_BLOCKS } from './plan-work';

import { layerUniform } from './testing-decode';

/** The second of two layers. */
const LAYER = 1;

const frameOf = (position: number, tokens: number) => ({ frame: { position, tokens } });

it('budgets force the first lines and ask for as many as they say', async () => {
  const heads = 3;
  const stride = 50;
  const values = Float32Array.from({ length: 2 * heads * stride }, (_, i) => i);
  const budgets = Uint32Array.from({ length: 2 * 2 * heads * 2 }, (_, i) => (i * 7) % 53);
  const found = await runKernel(BUDGET_LINES, {
    ...frameOf(32, 9),
    constants: { HEADS: heads, KV_HEADS: 1, VALUE_STRIDE: stride },
    inputs: { layer: layerUniform(LAYER), budgets, values, sizes: new Uint32Array(4 * heads) },
    outputs: ['values', 'sizes'],
    workgroups: [2 * heads, 1],
  });
  const expected = values.slice();
  const sizes: number[] = [];
  for (let row = 0; row < 2 * heads; row++) {
    const [forced, count] = budgets.subarray(2 * (LAYER * 2 * heads + row));
    expected.fill(FORCED, row * stride, row * stride + Math.min(forced, 41));
    sizes.push(41, count);
  }
  expect(new Float32Array(found.values)).toEqual(expected);
  expect([...new Uint32Array(found.sizes)]).toEqual(sizes);
});

it('shares bring the first block and the diagonal one to the front, zeros too', async () => {
  const [heads, block, stride] = [2, 128, 6];
  const values = Float32Array.from({ length: heads * 4 * stride }, (_, i) => (i % 7) / 8);
  const found = await runKernel(BLOCK_SHARES, {
    ...frameOf(256, 200),
    constants: {
      HEADS: heads,
      KV_HEADS: 1,
      OUT_STRIDE: 4,
      BLOCK_TOKENS: block,
      VALUE_STRIDE: stride,
    },
    inputs: {
      shares: packStruct(BLOCK_SHARES.code, 'Shares', { threshold: 0.75 }),
      values,
      sizes: new Uint32Array(2 * heads * 4).fill(77),
    },
    outputs: ['values', 'sizes'],
    workgroups: [1, 1],
  });
  const share = new Uint32Array(Float32Array.of(0.75).buffer)[0];
  const expected = values.slice();
  const sizes: number[] = [];
  for (let row = 0; row < heads * 4; row++) {
    // The chunk has two blocks, behind two earlier ones.
    if (row % 4 >= 2) {
      sizes.push(0, 0);
      continue;
    }
    const own = 2 + (row % 4);
    sizes.push(own + 1, share);
    for (const i of [0, own]) {
      expected[row * stride + i] = -Math.max(values[row * stride + i], 1e-30);
    }
  }
  expect(new Float32Array(found.values)).toEqual(expected);
  expect([...new Uint32Array(found.sizes)]).toEqual(sizes);
});

it.each([16, 32, 128])('blocks of %i tokens become blocks of 16 in the plan', async (block) => {
  const next = randomStream(block);
  const [heads, length] = [3, 1300];
  const words = Math.ceil(length / block / 32);
  const planWords = 3;
  const planBlockWords = Math.ceil(length / 16 / 32);
  const rowBlocks = MAX_CHUNK / block;
  const bits = Uint32Array.from({ length: heads * rowBlocks * words }, () => next() * 2 ** 31);
  const first = 2 * MAX_CHUNK + 2 * heads * planWords;
  const plan = new Uint32Array(first + heads * (MAX_CHUNK / 16) * planBlockWords).fill(0xabcdabcd);
  const found = await runKernel(EXPAND_BLOCKS, {
    frame: { plan_words: planWords, plan_block_words: planBlockWords },
    constants: {
      HEADS: heads,
      KV_HEADS: 1,
      OUT_STRIDE: 4,
      BLOCK_TOKENS: block,
      BITS_STRIDE: words,
    },
    inputs: { bits, plan },
    outputs: ['plan'],
    workgroups: [Math.ceil(planBlockWords / 64), MAX_CHUNK / 16, heads],
  });
  const expected = plan.slice();
  expected.fill(0, first);
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < MAX_CHUNK / 16; row++) {
      for (let i = 0; i < 32 * planBlockWords; i++) {
        const methodBlock = Math.floor((i * 16) / block);
        const methodRow = head * rowBlocks + Math.floor((row * 16) / block);
        if ((bits[methodRow * words + (methodBlock >> 5)] >> (methodBlock & 31)) & 1) {
          const at = first + (head * (MAX_CHUNK / 16) + row) * planBlockWords + (i >> 5);
          expected[at] |= 1 << (i & 31);
        }
      }
    }
  }
  expect(new Uint32Array(found.plan)).toEqual(expected);
});
