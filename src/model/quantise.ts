import { BLOCKS } from './blocks';
import { floatToHalf } from './half';

/** What the rows of a matrix can be made into on load; the blocks are those of GGUF files. */
export type BlockType = 'Q8_0' | 'Q4_0';

/**
 * Rounds rows to blocks of 32 values with one f16 scale d each, values d · q: Q8_0 has whole q from −127 to 127
 * and d = largest ÷ 127; Q4_0 has q from −8 to 7 and d = extreme ÷ −8, so that the value of the largest size
 * is met exactly. Rows are filled up with zeros to whole blocks.
 * @param values f32[rows, columns]
 * @returns u8[rows, ceil(columns / 32) · bytes of a block]
 */
export function quantise(
  type: BlockType,
  values: Float32Array,
  columns: number,
): Uint8Array<ArrayBuffer> {
  const { values: group, bytes: size } = BLOCKS[type];
  const rows = values.length / columns;
  const blocks = Math.ceil(columns / group);
  const bytes = new Uint8Array(rows * blocks * size);
  const scales = new Float32Array(rows * blocks);
  const padded = new Float32Array(group);
  const write = type === 'Q8_0' ? writeBytes : writeNibbles;
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const from = row * columns + block * group;
      padded.fill(0).set(values.subarray(from, Math.min(from + group, (row + 1) * columns)));
      const index = row * blocks + block;
      scales[index] = write(padded, bytes, index * size + 2);
    }
  }
  const halves = floatToHalf(scales);
  for (let i = 0; i < halves.length; i++) {
    bytes[i * size] = halves[i] & 0xff;
    bytes[i * size + 1] = halves[i] >> 8;
  }
  return bytes;
}

/** Writes 32 signed bytes. @returns the scale */
function writeBytes(values: Float32Array, bytes: Uint8Array, at: number): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  const scale = largest / 127;
  const inverse = scale === 0 ? 0 : 1 / scale;
  for (let i = 0; i < 32; i++) bytes[at + i] = roundAway(values[i] * inverse);
  return scale;
}

/** Writes 32 nibbles: those of values i and i + 16 into byte i. @returns the scale */
function writeNibbles(values: Float32Array, bytes: Uint8Array, at: number): number {
  let extreme = 0;
  for (const value of values) if (Math.abs(value) > Math.abs(extreme)) extreme = value;
  const scale = extreme / -8;
  const inverse = scale === 0 ? 0 : 1 / scale;
  const nibble = (value: number) => Math.min(15, Math.floor(value * inverse + 8.5));
  for (let i = 0; i < 16; i++) bytes[at + i] = nibble(values[i]) | (nibble(values[16 + i]) << 4);
  return scale;
}

/** Rounds halves away from zero. */
function roundAway(value: number): number {
  return value < 0 ? -Math.floor(0.5 - value) : Math.floor(value + 0.5);
}
