/** What kernels compute for families other than Llama, on rows that no vec4 divides. */
import { describe, expect, it } from 'vitest';
import { gelu, geluTanh, layerNorm, matVec, rmsNorm, silu, softCap } from '../reference/formulas';
import { randomStream } from '../reference/random-model';
import { KERNELS } from './kernels';
import { runKernel } from './run-kernel';
import { expectClose, matmulSizes, randomRows, row } from './testing-rows';

const { random, padded } = randomRows(randomStream(11));
const EPS = 1e-5;

/** Weights of a norm and, behind them, its biases. */
function layerNormWeights(width: number) {
  const weight = padded(1, width);
  const bias = padded(1, width);
  const both = new Float32Array(2 * weight.stride);
  both.set(weight.data);
  both.set(bias.data, weight.stride);
  return { weight: weight.data, bias: bias.data, both };
}

describe('norms', () => {
  it.each([
    [3, 37, 0],
    [2, 130, 1],
  ])('LayerNorm of %i rows of %i, add %i', async (tokens, width, add) => {
    const x = padded(tokens, width);
    // Far from zero, as the mean must be taken off.
    for (let i = 0; i < x.data.length; i++) if (x.data[i] !== 0) x.data[i] += 3;
    const { weight, bias, both } = layerNormWeights(width);
    const before = padded(tokens, width).data;
    const { y } = await runKernel(KERNELS.norm, {
      constants: { WIDTH: width, WIDTH4: x.stride / 4, EPS, CENTRED: 1, ADD: add },
      inputs: { x: x.data, weight: both, y: before },
      outputs: ['y'],
      workgroups: [tokens, 1],
    });
    const found = new Float32Array(y);
    for (let token = 0; token < tokens; token++) {
      const own = row(before, token, x.stride, width);
      const normed = layerNorm(row(x.data, token, x.stride, width), weight, bias, EPS);
      const expected = normed.map((value, i) => value + add * own[i]);
      expectClose(row(found, token, x.stride, width), expected);
      for (let i = width; i < x.stride; i++) expect(found[token * x.stride + i]).toBe(0);
    }
  });

  it('of every head of queries and keys', async () => {
    const [tokens, heads, kvHeads, headDim] = [3, 4, 2, 20];
    const parts = heads + 2 * kvHeads;
    const qkv = random(tokens * parts * headDim);
    const weight = random(2 * headDim);
    const result = await runKernel(KERNELS.headNorm, {
      constants: { HEADS: heads, KV_HEADS: kvHeads, HEAD_DIM: headDim, LANES: headDim / 4, EPS },
      inputs: { qkv, weight },
      outputs: ['qkv'],
      workgroups: [heads + kvHeads, tokens],
    });
    for (let at = 0; at < tokens * parts; at++) {
      const part = at % parts;
      const own = row(qkv, at, headDim, headDim);
      const scale = weight.subarray(part < heads ? 0 : headDim);
      const expected = part < heads + kvHeads ? rmsNorm(own, scale, EPS) : own;
      expectClose(row(new Float32Array(result.qkv), at, headDim, headDim), expected);
    }
  });
});

const ACTIVATIONS = [silu, gelu, geluTanh];

describe('products', () => {
  it.each([
    // Biases, and a cap that bends the sums; input 2 is an activation, 3 a LayerNorm.
    { inner: 37, out: 45, INPUT: 3, ADD: 0, CAP: 0, ACTIVATION: 0, GATED: 1 },
    { inner: 51, out: 33, INPUT: 2, ADD: 1, CAP: 0, ACTIVATION: 1, GATED: 0 },
    { inner: 51, out: 33, INPUT: 2, ADD: 0, CAP: 0.7, ACTIVATION: 2, GATED: 1 },
    { inner: 130, out: 7, INPUT: 1, ADD: 0, CAP: 0.5, ACTIVATION: 0, GATED: 1 },
  ])('of one token: %o', async ({ inner, out, ...constants }) => {
    const { INPUT, ADD, CAP, ACTIVATION, GATED } = constants;
    const rows = INPUT === 2 && GATED ? 2 : 1;
    const x = padded(rows, inner);
    for (let i = 0; i < x.data.length; i++) x.data[i] *= 3;
    const w = padded(out, inner);
    const bias = random(out);
    const y = random(out);
    const { weight, bias: normBias, both } = layerNormWeights(inner);
    const result = await runKernel(KERNELS.matvec, {
      constants: { ...constants, IN4: x.stride / 4, OUT: out, WIDTH: inner, EPS, BIAS: 1 },
      frame: { tokens: 1 },
      inputs: { x: x.data, w: w.data, y, norm_weight: both, bias },
      outputs: ['y'],
      workgroups: [Math.ceil(out / 16), 1],
    });
    let input = row(x.data, 0, x.stride, inner);
    if (INPUT === 1) input = rmsNorm(input, weight, EPS);
    if (INPUT === 3) input = layerNorm(input, weight, normBias, EPS);
    if (INPUT === 2) {
      const up = row(x.data, rows - 1, x.stride, inner);
      input = input.map((value, i) => ACTIVATIONS[ACTIVATION](value) * (GATED ? up[i] : 1));
    }
    const full = new Float64Array(x.stride);
    full.set(input);
    const expected = matVec(w.data, full, out).map(
      (sum, i) => softCap(sum + bias[i], CAP || null) + ADD * y[i],
    );
    expectClose(new Float32Array(result.y), expected);
  });

  it('of many tokens, with bias and cap', async () => {
    const [tokens, inner, out] = [33, 37, 45];
    const x = padded(tokens, inner);
    const w = padded(out, inner);
    const bias = random(out);
    const result = await runKernel(KERNELS.matmul, {
      constants: { BIAS: 1, CAP: 1.5 },
      frame: { tokens },
      inputs: {
        x: x.data,
        w: w.data,
        y: new Float32Array(tokens * out),
        bias,
        sizes: matmulSizes(x.stride, out, 0),
      },
      outputs: ['y'],
      workgroups: [Math.ceil(out / 32), Math.ceil(tokens / 32)],
    });
    for (let token = 0; token < tokens; token++) {
      const sums = matVec(w.data, row(x.data, token, x.stride, x.stride), out);
      const expected = sums.map((sum, i) => softCap(sum + bias[i], 1.5));
      expectClose(row(new Float32Array(result.y), token, out, out), expected);
    }
  });

  it.each([
    [1, 1],
    [2, 0],
  ])('activation %i of many tokens, gated %i', async (ACTIVATION, GATED) => {
    const [tokens, width] = [3, 70];
    const rows = 1 + GATED;
    const input = padded(rows * tokens, width);
    for (let i = 0; i < input.data.length; i++) input.data[i] *= 5;
    const { y } = await runKernel(KERNELS.activate, {
      constants: { WIDTH4: input.stride / 4, ACTIVATION, GATED },
      inputs: { gate_up: input.data, y: new Float32Array(tokens * input.stride) },
      outputs: ['y'],
      workgroups: [Math.ceil(input.stride / 256), tokens],
    });
    for (let token = 0; token < tokens; token++) {
      const up = row(input.data, rows * token + GATED, input.stride, width);
      const expected = row(input.data, rows * token, input.stride, width).map(
        (value, i) => ACTIVATIONS[ACTIVATION](value) * (GATED ? up[i] : 1),
      );
      expectClose(row(new Float32Array(y), token, input.stride, width), expected);
    }
  });
});

it('embeds the tokens of a part of the table, scaled, with learned positions', async () => {
  const [width, from, rows] = [37, 20, 11];
  const ids = Uint32Array.of(19, 20, 30, 31, 25);
  const table = padded(rows, width);
  const positions = padded(12, width);
  const before = padded(ids.length, width).data;
  const { x } = await runKernel(KERNELS.embed, {
    constants: { IN4: table.stride / 4, FROM: from, ROWS: rows, SCALE: 6.5, POSITIONS: 1 },
    frame: { tokens: ids.length, position: 7 },
    inputs: { ids, w: table.data, positions: positions.data, x: before },
    outputs: ['x'],
    workgroups: [Math.ceil(table.stride / 256), ids.length],
  });
  ids.forEach((id, token) => {
    const own = row(before, token, table.stride, width);
    const place = row(positions.data, 7 + token, table.stride, width);
    const inside = id >= from && id < from + rows;
    const expected = inside
      ? row(table.data, id - from, table.stride, width).map((value, i) => 6.5 * value + place[i])
      : own;
    expectClose(row(new Float32Array(x), token, table.stride, width), expected);
  });
});
