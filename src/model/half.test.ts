import { describe, expect, test } from 'vitest';
import { brainToFloat, floatToHalf, halfToFloat } from './half';

const ALL = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);
const isNan = (bits: number) => (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0;
const half = (value: number) => floatToHalf(Float32Array.of(value))[0];

describe('halfToFloat', () => {
  test('known values', () => {
    const bits = Uint16Array.of(
      0x0000,
      0x0001,
      0x03ff,
      0x0400,
      0x3555,
      0x3c00,
      0xc000,
      0x7bff,
      0x7c00,
    );
    expect([...halfToFloat(bits)]).toEqual([
      0,
      2 ** -24,
      1023 * 2 ** -24,
      2 ** -14,
      0.333251953125,
      1,
      -2,
      65504,
      Number.POSITIVE_INFINITY,
    ]);
    expect(Object.is(halfToFloat(Uint16Array.of(0x8000))[0], -0)).toBe(true);
  });

  test('finite positive values rise with their bits', () => {
    const values = halfToFloat(ALL.subarray(0, 0x7c01));
    expect(values.every((value, i) => i === 0 || value > values[i - 1])).toBe(true);
  });
});

describe('floatToHalf', () => {
  test('returns every one of the 65,536 patterns unchanged; NaN stays NaN', () => {
    const back = floatToHalf(halfToFloat(ALL));
    const wrong = [...ALL].filter((bits) =>
      isNan(bits) ? !isNan(back[bits]) : back[bits] !== bits,
    );
    expect(wrong).toEqual([]);
  });

  test('between two neighbours it takes the nearer, and the even one at the middle', () => {
    const values = halfToFloat(ALL.subarray(0, 0x7c00));
    const wrong: number[] = [];
    for (let bits = 0; bits + 1 < values.length; bits++) {
      const middle = (values[bits] + values[bits + 1]) / 2;
      const step = middle * 2 ** -23;
      const even = bits % 2 === 0 ? bits : bits + 1;
      if (
        half(middle) !== even ||
        half(middle - step) !== bits ||
        half(middle + step) !== bits + 1
      ) {
        wrong.push(bits);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('overflow, underflow and signs', () => {
    expect(half(65519.99)).toBe(0x7bff);
    expect(half(65520)).toBe(0x7c00);
    expect(half(-1e30)).toBe(0xfc00);
    expect(half(1e-40)).toBe(0);
    expect(half(-(2 ** -25))).toBe(0x8000);
    expect(half(2 ** -25 * 1.0001)).toBe(1);
  });

  test('reads a view at its own offset', () => {
    expect([...floatToHalf(Float32Array.of(9, 1, 2).subarray(1))]).toEqual([0x3c00, 0x4000]);
  });
});

test('brainToFloat takes the upper half of f32', () => {
  const floats = brainToFloat(Uint16Array.of(0x3f80, 0xc000, 0x7f80, 0x0001));
  expect([...floats]).toEqual([1, -2, Number.POSITIVE_INFINITY, 2 ** -133]);
});
