// The weight of a product as blocks of a GGUF file, expanded as they are read. Takes the place of
// plain-weights.wgsl. The layouts are spelled out in src/reference/quantisation/dequantise.ts.
//
// w  bytes: rows of whole blocks, in 32-bit words. Blocks are an even number of bytes long, so that words lie
//    across two of the buffer's.
// The kernel tells the vec4 of a row: columns4().
// Up to three matrices of different types lie below each other: rows [0, FROM1) of TYPE0, [FROM1, FROM2) of
// TYPE1, the rest of TYPE2. Types are numbered as in GGUF files.

override TYPE0: u32;
override TYPE1: u32 = 0u;
override TYPE2: u32 = 0u;
override FROM1: u32 = 0xffffffffu;
override FROM2: u32 = 0xffffffffu;

const NO_ROW: u32 = 0xffffffffu;
const F32: u32 = 0u;
const F16: u32 = 1u;
const Q4_0: u32 = 2u;
const Q4_1: u32 = 3u;
const Q5_0: u32 = 6u;
const Q5_1: u32 = 7u;
const Q8_0: u32 = 8u;
const Q4_K: u32 = 12u;
const Q5_K: u32 = 13u;
const Q6_K: u32 = 14u;
const BF16: u32 = 30u;

@group(1) @binding(1) var<storage, read> w: array<u32>;

// Where a row is.
struct WeightRow {
  byte: u32,
  // Which of the matrices it belongs to.
  matrix: u32,
}

fn weight_row(row: u32) -> WeightRow {
  if (FROM1 == NO_ROW || row < FROM1) {
    return WeightRow(row * row_bytes(TYPE0), 0u);
  }
  let first = FROM1 * row_bytes(TYPE0);
  if (FROM2 == NO_ROW || row < FROM2) {
    return WeightRow(first + (row - FROM1) * row_bytes(TYPE1), 1u);
  }
  return WeightRow(first + (FROM2 - FROM1) * row_bytes(TYPE1) + (row - FROM2) * row_bytes(TYPE2), 2u);
}

// Columns 4i to 4i + 3 of a row.
fn weights_at(row: WeightRow, i: u32) -> vec4<elem> {
  if (FROM1 == NO_ROW || row.matrix == 0u) {
    return vec4<elem>(expand(TYPE0, row.byte, i));
  }
  if (FROM2 == NO_ROW || row.matrix == 1u) {
    return vec4<elem>(expand(TYPE1, row.byte, i));
  }
  return vec4<elem>(expand(TYPE2, row.byte, i));
}

// Bytes of a row of 4 * columns4() values, the last block filled up.
fn row_bytes(kind: u32) -> u32 {
  switch (kind) {
    case F32: { return 16u * columns4(); }
    case F16, BF16: { return 8u * columns4(); }
    case Q4_0: { return 18u * ((columns4() + 7u) / 8u); }
    case Q4_1: { return 20u * ((columns4() + 7u) / 8u); }
    case Q5_0: { return 22u * ((columns4() + 7u) / 8u); }
    case Q5_1: { return 24u * ((columns4() + 7u) / 8u); }
    case Q8_0: { return 34u * ((columns4() + 7u) / 8u); }
    case Q4_K: { return 144u * ((columns4() + 63u) / 64u); }
    case Q5_K: { return 176u * ((columns4() + 63u) / 64u); }
    default: { return 210u * ((columns4() + 63u) / 64u); }
  }
}

// Four values of a row that begins at a byte, from vec4 i on. `kind` is a constant wherever this is called.
fn expand(kind: u32, row: u32, i: u32) -> vec4<f32> {
  // A block of 32 values has 8 vec4: those of the low nibbles, then those of the high ones.
  let at = i % 8u;
  let high = 4u * (at / 4u);
  let nibble = 4u * (at % 4u);
  switch (kind) {
    case F32: {
      let first = row + 16u * i;
      return bitcast<vec4<f32>>(vec4<u32>(word(first), word(first + 4u), word(first + 8u), word(first + 12u)));
    }
    case F16: {
      return vec4<f32>(unpack2x16float(word(row + 8u * i)), unpack2x16float(word(row + 8u * i + 4u)));
    }
    case BF16: {
      let pairs = vec2<u32>(word(row + 8u * i), word(row + 8u * i + 4u));
      return bitcast<vec4<f32>>(
        vec4<u32>(pairs.x << 16u, pairs.x & 0xffff0000u, pairs.y << 16u, pairs.y & 0xffff0000u),
      );
    }
    case Q8_0: {
      let block = row + 34u * (i / 8u);
      return half(block) * signed_bytes(word(block + 2u + 4u * at));
    }
    case Q4_0: {
      let block = row + 18u * (i / 8u);
      return half(block) * (vec4<f32>(four(word(block + 2u + nibble), high, 15u)) - 8.0);
    }
    case Q4_1: {
      let block = row + 20u * (i / 8u);
      return half(block) * vec4<f32>(four(word(block + 4u + nibble), high, 15u)) + half(block + 2u);
    }
    case Q5_0: {
      let block = row + 22u * (i / 8u);
      let q = four(word(block + 6u + nibble), high, 15u) | fifth_bits(word(block + 2u), at);
      return half(block) * (vec4<f32>(q) - 16.0);
    }
    case Q5_1: {
      let block = row + 24u * (i / 8u);
      let q = four(word(block + 8u + nibble), high, 15u) | fifth_bits(word(block + 4u), at);
      return half(block) * vec4<f32>(q) + half(block + 2u);
    }
    case Q4_K: {
      let block = row + 144u * (i / 64u);
      let scale = sub_scale(block, i / 8u % 8u);
      let q = four(word(block + 16u + wide_nibble(i)), i / 8u % 2u * 4u, 15u);
      return scale.x * vec4<f32>(q) - scale.y;
    }
    case Q5_K: {
      let block = row + 176u * (i / 64u);
      let sub = i / 8u % 8u;
      let scale = sub_scale(block, sub);
      let q = four(word(block + 48u + wide_nibble(i)), sub % 2u * 4u, 15u)
        | (four(word(block + 16u + 4u * at), sub, 1u) << vec4<u32>(4u));
      return scale.x * vec4<f32>(q) - scale.y;
    }
    default: {
      let block = row + 210u * (i / 64u);
      let side = i / 32u % 2u;
      let quarter = i / 8u % 4u;
      let q = four(word(block + 64u * side + 32u * (quarter % 2u) + 4u * at), quarter / 2u * 4u, 15u)
        | (four(word(block + 128u + 32u * side + 4u * at), 2u * quarter, 3u) << vec4<u32>(4u));
      let scale = signed_bytes(byte(block + 192u + i / 4u % 16u)).x;
      return half(block + 208u) * scale * (vec4<f32>(q) - 32.0);
    }
  }
}

// Scale and subtracted least value of one of the eight sub-blocks of a block that begins with d and dmin; 6
// bits of each, packed into the 12 bytes that follow.
fn sub_scale(block: u32, sub: u32) -> vec2<f32> {
  let scales = vec3<u32>(word(block + 4u), word(block + 8u), word(block + 12u));
  let shift = 8u * (sub % 4u);
  let pair = vec2<u32>(scales.x >> shift, scales.y >> shift);
  var packed = pair & vec2<u32>(63u);
  if (sub >= 4u) {
    let low = vec2<u32>(scales.z >> shift, scales.z >> (shift + 4u)) & vec2<u32>(15u);
    packed = low | ((pair >> vec2<u32>(2u)) & vec2<u32>(48u));
  }
  return unpack2x16float(word(block)) * vec2<f32>(packed);
}

// Where the word with a vec4 is, in a block of 256 values: 32 bytes for every 64 of them.
fn wide_nibble(i: u32) -> u32 {
  return 32u * (i / 16u % 4u) + 4u * (i % 8u);
}

// The fifth bits of vec4 `at` of a block of 32 values, at their place.
fn fifth_bits(bits: u32, at: u32) -> vec4<u32> {
  return ((vec4<u32>(bits >> (4u * at)) >> vec4<u32>(0u, 1u, 2u, 3u)) & vec4<u32>(1u)) << vec4<u32>(4u);
}

// Some bits of each byte of a word.
fn four(bits: u32, shift: u32, mask: u32) -> vec4<u32> {
  return (vec4<u32>(bits >> shift) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(mask);
}

fn signed_bytes(bits: u32) -> vec4<f32> {
  return vec4<f32>(bitcast<vec4<i32>>(vec4<u32>(bits) << vec4<u32>(24u, 16u, 8u, 0u)) >> vec4<u32>(24u));
}

fn half(at: u32) -> f32 {
  return unpack2x16float(w[at / 4u] >> (8u * (at & 2u))).x;
}

// A byte, and above it what follows in its word.
fn byte(at: u32) -> u32 {
  return w[at / 4u] >> (8u * (at % 4u));
}

// 32 bits from an even byte on.
fn word(at: u32) -> u32 {
  let first = w[at / 4u];
  if ((at & 2u) == 0u) {
    return first;
  }
  return (first >> 16u) | (w[at / 4u + 1u] << 16u);
}
