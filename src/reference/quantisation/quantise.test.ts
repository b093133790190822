import { describe, expect, test } from 'vitest';
import { halfToFloat } from '../../model/half';
import { type BlockType, quantise } from '../../model/quantise';
import { loadGgml } from '../llama-cpp/oracle';
import { randomStream } from '../random-model';
import { dequantise } from './dequantise';

const ggml = await loadGgml();
const TYPES: BlockType[] = ['Q8_0', 'Q4_0'];

function randomValues(count: number, seed: number, scale = 1): Float32Array {
  const next = randomStream(seed);
  return Float32Array.from({ length: count }, () => scale * next() ** 3);
}

describe.each(TYPES)('%s', (type) => {
  // Half a step; Q4_0 has no +8, so that what lies beyond 7½ steps on the far side is off by up to one.
  const steps = type === 'Q8_0' ? 0.5 : 1;
  const largest = type === 'Q8_0' ? 127 : 8;

  test.each([1, 1e-3, 200])('values of size %d are off by no more than the step', (scale) => {
    const values = randomValues(64 * 32, 3, scale);
    const bytes = quantise(type, values, 64);
    const back = dequantise(type, bytes);
    for (let block = 0; block < 64; block++) {
      const group = values.subarray(block * 32, block * 32 + 32);
      const most = Math.max(...group.map(Math.abs));
      // d itself is rounded to 11 bits, to no less than the least f16.
      const slack = most * 2 ** -11 + largest * 2 ** -25;
      group.forEach((value, i) => {
        const error = Math.abs(back[block * 32 + i] - value);
        expect(error).toBeLessThanOrEqual((steps * most) / largest + slack);
      });
    }
  });

  test('rows are filled up with zeros to whole blocks', () => {
    const values = randomValues(3 * 40, 5);
    const back = dequantise(type, quantise(type, values, 40));
    expect(back.length).toBe(3 * 64);
    const row = quantise(
      type,
      Float32Array.from([...values.subarray(40, 80), ...new Float32Array(24)]),
      64,
    );
    expect(back.subarray(64, 128)).toEqual(dequantise(type, row));
    expect(back.subarray(104, 128).every((value) => Math.abs(value) === 0)).toBe(true);
  });

  test('zeros stay zeros, and the scale is a f16', () => {
    const zeros = dequantise(type, quantise(type, new Float32Array(32), 32));
    expect(zeros.every((value) => value === 0)).toBe(true);
    const [low, high] = quantise(type, new Float32Array(32).fill(largest), 32);
    expect(Math.abs(halfToFloat(Uint16Array.of(low | (high << 8)))[0])).toBe(1);
  });

  test.skipIf(!ggml)('nearly all bytes are those of llama.cpp', () => {
    // It computes in f32, here it is f64; a value that lies between two steps may go either way.
    const values = randomValues(32 * 500, 9);
    const found = quantise(type, values, 32);
    const wanted = ggml?.quantise(type, values) ?? new Uint8Array();
    expect(found.length).toBe(wanted.length);
    const different = found.filter((byte, i) => byte !== wanted[i]).length;
    expect(different).toBeLessThan(found.length / 2000);
  });
});
