/**
 * Conversions between 32-bit floats and the two 16-bit formats of checkpoints. The bits are moved by hand,
 * because `Float16Array` is younger than the browsers and the Node version that this has to run in.
 */

/** Value of each IEEE half-precision bit pattern, f32[65536]; built on first use. */
let halfValues: Float32Array | null = null;

/** The value of one IEEE half-precision bit pattern. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** f16 bit patterns u16[n] → f32[n], exact. */
export function halfToFloat(halves: Uint16Array): Float32Array {
  halfValues ??= Float32Array.from({ length: 0x10000 }, (_, bits) => halfValue(bits));
  const table = halfValues;
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) floats[i] = table[halves[i]];
  return floats;
}

/** bf16 bit patterns u16[n] → f32[n], exact: they are the upper halves of f32. */
export function brainToFloat(brains: Uint16Array): Float32Array {
  const bits = new Uint32Array(brains.length);
  for (let i = 0; i < brains.length; i++) bits[i] = brains[i] << 16;
  return new Float32Array(bits.buffer);
}

/** f32[n] → f16 bit patterns u16[n], rounded to nearest, ties to even; what is too large becomes infinity. */
export function floatToHalf(floats: Float32Array): Uint16Array {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const halves = new Uint16Array(floats.length);
  for (let i = 0; i < bits.length; i++) halves[i] = halfBits(bits[i]);
  return halves;
}

function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x47800000) return sign | 0x7c00; // 65536 and more, infinity included
  if (magnitude >= 0x38800000) {
    // Normal half: re-bias the exponent by 112; adding half of the last place minus one plus the last kept
    // bit rounds ties to even, and a carry runs into the exponent (up to infinity) as it should.
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  }
  // Subnormal half: multiples of 2^-24. Below half of the smallest one everything is zero.
  if (magnitude < 0x33000000) return sign;
  const shift = 126 - (magnitude >>> 23);
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const kept = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const middle = 1 << (shift - 1);
  return sign | (kept + (rest > middle || (rest === middle && (kept & 1) === 1) ? 1 : 0));
}
