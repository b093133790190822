/**
 * The values of quantised blocks, spelled out from the layouts of the GGUF format (ggml, `block_q8_0` and so
 * on). All numbers are little-endian; d, m and the like are f16; values come in the order of the row.
 *
 * In the types named _0, a value is d × (q − centre); in those named _1, d × q + m. Blocks of 256 values
 * (_K) are cut into sub-blocks with small scales of their own, which d and dmin multiply.
 */
import { BLOCKS } from '../../model/blocks';
import { brainToFloat, halfToFloat } from '../../model/half';
import type { TensorType } from '../../model/tensor';

type Block = DataView;
type Unpack = (block: Block) => number[];

/** @param bytes whole blocks. @returns f32[values] */
export function dequantise(type: TensorType, bytes: Uint8Array): Float32Array {
  const block = BLOCKS[type];
  const blocks = bytes.length / block.bytes;
  const values = new Float32Array(blocks * block.values);
  for (let i = 0; i < blocks; i++) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + i * block.bytes, block.bytes);
    values.set(UNPACK[type](view), i * block.values);
  }
  return values;
}

const UNPACK: Record<TensorType, Unpack> = {
  F32: (block) => [block.getFloat32(0, true)],
  F16: (block) => [half(block, 0)],
  BF16: (block) => [brainToFloat(Uint16Array.of(block.getUint16(0, true)))[0]],

  // d, 32 × int8
  Q8_0: (block) => range(32).map((i) => half(block, 0) * block.getInt8(2 + i)),

  // d, 16 bytes: value i in the low nibble of byte i, value 16 + i in its high nibble
  Q4_0: (block) => range(32).map((i) => half(block, 0) * (nibble(block, 2, i) - 8)),

  // d, m, 16 bytes as above
  Q4_1: (block) => range(32).map((i) => affine(block, nibble(block, 4, i))),

  // d, 32 fifth bits, 16 bytes of the lower four as above
  Q5_0: (block) =>
    range(32).map((i) => half(block, 0) * (nibble(block, 6, i) + 16 * bit(block, 2, i) - 16)),

  // d, m, 32 fifth bits, 16 bytes as above
  Q5_1: (block) => range(32).map((i) => affine(block, nibble(block, 8, i) + 16 * bit(block, 4, i))),

  // d, dmin, 12 bytes of scales, 128 bytes: every 32 bytes hold 64 values, first their low nibbles, then the
  // high ones
  Q4_K: (block) =>
    range(256).map((i) => {
      const { scale, least } = subBlock(block, i >> 5);
      return Math.fround(scale * wideNibble(block, 16, i)) - least;
    }),

  // d, dmin, 12 bytes of scales, 32 bytes of fifth bits: bit s of byte i belongs to value i of sub-block s;
  // then 128 bytes as above
  Q5_K: (block) =>
    range(256).map((i) => {
      const { scale, least } = subBlock(block, i >> 5);
      const fifth = (block.getUint8(16 + (i & 31)) >> (i >> 5)) & 1;
      return Math.fround(scale * (wideNibble(block, 48, i) + 16 * fifth)) - least;
    }),

  // 128 bytes of lower four bits, 64 bytes of upper two, 16 × int8 scales, d. Each half of the block has 128
  // values in four quarters of 32: quarters 0 and 2 share a nibble byte, 1 and 3 the next 32 bytes; all four
  // share a byte of upper bits.
  Q6_K: (block) =>
    range(256).map((i) => {
      const [side, quarter, at] = [i >> 7, (i >> 5) & 3, i & 31];
      const byte = block.getUint8(64 * side + 32 * (quarter & 1) + at);
      const low = quarter < 2 ? byte & 15 : byte >> 4;
      const high = (block.getUint8(128 + 32 * side + at) >> (2 * quarter)) & 3;
      const scale = block.getInt8(192 + (i >> 4));
      return Math.fround(half(block, 208) * scale) * (low + 16 * high - 32);
    }),
};

/** The scale and the subtracted least value of one of eight sub-blocks of 32: 6 bits each, in 12 bytes. */
function subBlock(block: Block, index: number): { scale: number; least: number } {
  const byte = (i: number) => block.getUint8(4 + i);
  const [scale, least] =
    index < 4
      ? [byte(index) & 63, byte(index + 4) & 63]
      : [
          (byte(index + 4) & 15) | ((byte(index - 4) >> 6) << 4),
          (byte(index + 4) >> 4) | ((byte(index) >> 6) << 4),
        ];
  return { scale: Math.fround(half(block, 0) * scale), least: Math.fround(half(block, 2) * least) };
}

function affine(block: Block, q: number): number {
  return Math.fround(half(block, 0) * q) + half(block, 2);
}

function nibble(block: Block, from: number, i: number): number {
  const byte = block.getUint8(from + (i & 15));
  return i < 16 ? byte & 15 : byte >> 4;
}

function wideNibble(block: Block, from: number, i: number): number {
  const byte = block.getUint8(from + 32 * (i >> 6) + (i & 31));
  return (i & 32) === 0 ? byte & 15 : byte >> 4;
}

function bit(block: Block, from: number, i: number): number {
  return (block.getUint8(from + (i >> 3)) >> (i & 7)) & 1;
}

function half(block: Block, at: number): number {
  return halfToFloat(Uint16Array.of(block.getUint16(at, true)))[0];
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
