import { expect, test } from 'vitest';
import blockWeights from '../../shaders/linear/block-weights.wgsl?raw';
import { BLOCKS, rowBytes } from '../model/blocks';
import { TYPE_NUMBERS } from '../model/gguf/format';
import { TENSOR_TYPES, type TensorType } from '../model/tensor';
import { dequantise } from '../reference/quantisation/dequantise';
import { randomBlocks } from '../reference/quantisation/random-blocks';
import { kernel } from './kernels';
import { runKernel } from './run-kernel';

/** Writes a matrix out, f32[rows, 4 * IN4]. */
const EXPAND = kernel(
  'expand',
  `override IN4: u32;
  fn columns4() -> u32 { return IN4; }
  @group(1) @binding(0) var<storage, read_write> y: array<vec4<f32>>;
  @compute @workgroup_size(1)
  fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    y[id.y * IN4 + id.x] = vec4<f32>(weights_at(weight_row(id.y), id.x));
  }`.replaceAll('\n  ', '\n'),
  blockWeights,
);

/** Matrices below each other, as words. */
function stacked(matrices: Uint8Array[]): Uint32Array<ArrayBuffer> {
  const length = matrices.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const bytes = new Uint8Array(Math.ceil(length / 4) * 4);
  let at = 0;
  for (const matrix of matrices) {
    bytes.set(matrix, at);
    at += matrix.length;
  }
  return new Uint32Array(bytes.buffer);
}

async function expand(
  types: TensorType[],
  rows: number[],
  columns: number,
  scale?: number,
): Promise<{ found: Float32Array; wanted: Float32Array }> {
  const bytes = types.map((type, i) =>
    randomBlocks(type, (rows[i] * columns) / BLOCKS[type].values, i + 1, scale),
  );
  const wanted = types.map((type, i) => dequantise(type, bytes[i]));
  const total = rows.reduce((sum, count) => sum + count, 0);
  const constants: Record<string, number> = { IN4: columns / 4, TYPE0: TYPE_NUMBERS[types[0]] };
  for (let i = 1; i < types.length; i++) {
    constants[`TYPE${i}`] = TYPE_NUMBERS[types[i]];
    constants[`FROM${i}`] = rows.slice(0, i).reduce((sum, count) => sum + count, 0);
  }
  const { y } = await runKernel(EXPAND, {
    constants,
    inputs: { w: stacked(bytes), y: new Float32Array(total * columns) },
    outputs: ['y'],
    workgroups: [columns / 4, total],
  });
  return {
    found: new Float32Array(y),
    wanted: Float32Array.from(wanted.flatMap((values) => [...values])),
  };
}

/** Equal; the difference of scale · q and least of the K types may be rounded once instead of twice. */
function expectEqual({ found, wanted }: Awaited<ReturnType<typeof expand>>, slack: number): void {
  expect(found.length).toBe(wanted.length);
  const wrong = wanted.findIndex((value, i) => !(Math.abs(found[i] - value) <= slack));
  expect(wrong, `${found[wrong]} instead of ${wanted[wrong]}`).toBe(-1);
}

/** Last bits of the largest scale · q, where d and dmin are below `scale`. */
const slackOf = (scale: number) => scale * 127 * 32 * 2 ** -23;

test.each(TENSOR_TYPES)(
  '%s expands to its values, also with large and small scales',
  async (type) => {
    for (const scale of [0.05, 1e-4, 3000]) {
      expectEqual(await expand([type], [3], 512, scale), type.endsWith('K') ? slackOf(scale) : 0);
    }
  },
);

test.each([
  [['Q6_K', 'Q4_K', 'Q8_0'] as TensorType[]],
  [['Q8_0', 'F16'] as TensorType[]],
  [['F32', 'Q5_0', 'BF16'] as TensorType[]],
])('%s below each other', async (types) => {
  const rows = [5, 3, 1].slice(0, types.length);
  expectEqual(await expand(types, rows, 256), slackOf(0.05));
});

test('rows of blocks have the bytes that the table says', () => {
  expect(rowBytes('Q6_K', 512)).toBe(420);
  expect(rowBytes('Q4_0', 33)).toBe(36);
});
