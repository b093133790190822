// Quantises the first `count` slots of every head, whole groups of GROUP tokens, in the style of KIVI: keys per
// channel over the tokens of a group, values per token over groups of GROUP channels. A number becomes
// minimum + code * scale, code = round((x - minimum) / scale), scale = (maximum - minimum) / (2^BITS - 1).
//
// keys          elem[pages, 16, HEAD_DIM], values likewise
// codes         u32[LAYERS * KV_HEADS, TOKENS, 2 * WORDS]: of each token the codes of key and value, 32 / BITS in
//               a word, the first channel lowest; WORDS = ceil(HEAD_DIM * BITS / 32)
// key_scales    f32[LAYERS * KV_HEADS, TOKENS / GROUP, 2, HEAD_DIM]: scales, then minima
// value_scales  vec2<f32>[LAYERS * KV_HEADS, TOKENS, CHANNEL_GROUPS]: scale and minimum;
//               CHANNEL_GROUPS = ceil(HEAD_DIM / GROUP)
// One invocation a word of a group's keys or a group of a value's channels;
// workgroups (ceil((count / GROUP * WORDS + count * CHANNEL_GROUPS) / 64), LAYERS * KV_HEADS).

override HEAD_DIM: u32;
override BITS: u32;
// A multiple of 8, so that no word belongs to two groups of channels.
override GROUP: u32;
override TOKENS: u32;
override WORDS: u32;
override CHANNEL_GROUPS: u32;

struct Quantised {
  // Tokens that were quantised before this submission.
  tokens: u32,
  // Slots to quantise now.
  count: u32,
}

@group(1) @binding(0) var<uniform> quantised: Quantised;
@group(1) @binding(1) var<storage, read> keys: array<elem>;
@group(1) @binding(2) var<storage, read> values: array<elem>;
@group(1) @binding(3) var<storage, read_write> codes: array<u32>;
@group(1) @binding(4) var<storage, read_write> key_scales: array<f32>;
@group(1) @binding(5) var<storage, read_write> value_scales: array<vec2<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let key_words = quantised.count / GROUP * WORDS;
  if (id.x < key_words) {
    quantise_keys(id.y, id.x / WORDS, id.x % WORDS);
  } else if (id.x < key_words + quantised.count * CHANNEL_GROUPS) {
    let item = id.x - key_words;
    quantise_value(id.y, item / CHANNEL_GROUPS, item % CHANNEL_GROUPS);
  }
}

// The channels of one word, over the tokens of a group.
fn quantise_keys(head: u32, group: u32, word: u32) {
  let first_dim = word * (32u / BITS);
  let dims = min(32u / BITS, HEAD_DIM - first_dim);
  var lowest: array<f32, 8>;
  var highest: array<f32, 8>;
  for (var token = 0u; token < GROUP; token++) {
    let at = row_of(head, group * GROUP + token) + first_dim;
    for (var i = 0u; i < dims; i++) {
      let key = f32(keys[at + i]);
      lowest[i] = select(min(lowest[i], key), key, token == 0u);
      highest[i] = select(max(highest[i], key), key, token == 0u);
    }
  }
  var scales: array<f32, 8>;
  let scales_at = (head * (TOKENS / GROUP) + quantised.tokens / GROUP + group) * 2u * HEAD_DIM + first_dim;
  for (var i = 0u; i < dims; i++) {
    scales[i] = scale_of(lowest[i], highest[i]);
    key_scales[scales_at + i] = scales[i];
    key_scales[scales_at + HEAD_DIM + i] = lowest[i];
  }
  for (var token = 0u; token < GROUP; token++) {
    let at = row_of(head, group * GROUP + token) + first_dim;
    var bits = 0u;
    for (var i = 0u; i < dims; i++) {
      bits |= code_of(f32(keys[at + i]), lowest[i], scales[i]) << (i * BITS);
    }
    codes[codes_of(head, group * GROUP + token) + word] = bits;
  }
}

fn quantise_value(head: u32, slot: u32, group: u32) {
  let at = row_of(head, slot);
  let first_dim = group * GROUP;
  let end = min(first_dim + GROUP, HEAD_DIM);
  var lowest = f32(values[at + first_dim]);
  var highest = lowest;
  for (var dim = first_dim; dim < end; dim++) {
    lowest = min(lowest, f32(values[at + dim]));
    highest = max(highest, f32(values[at + dim]));
  }
  let scale = scale_of(lowest, highest);
  value_scales[(head * TOKENS + quantised.tokens + slot) * CHANNEL_GROUPS + group] =
    vec2<f32>(scale, lowest);
  let per_word = 32u / BITS;
  for (var first = first_dim; first < end; first += per_word) {
    var bits = 0u;
    for (var dim = first; dim < min(first + per_word, end); dim++) {
      bits |= code_of(f32(values[at + dim]), lowest, scale) << ((dim - first) * BITS);
    }
    codes[codes_of(head, slot) + WORDS + first / per_word] = bits;
  }
}

fn row_of(head: u32, slot: u32) -> u32 {
  return slot_row(head / KV_HEADS, head % KV_HEADS, slot) * HEAD_DIM;
}

fn codes_of(head: u32, slot: u32) -> u32 {
  return (head * TOKENS + quantised.tokens + slot) * 2u * WORDS;
}

fn scale_of(lowest: f32, highest: f32) -> f32 {
  return (highest - lowest) / f32((1u << BITS) - 1u);
}

// Halves are rounded up. Equal numbers have scale 0 and code 0.
fn code_of(value: f32, lowest: f32, scale: f32) -> u32 {
  if (scale == 0.0) {
    return 0u;
  }
  return min(u32(floor((value - lowest) / scale + 0.5)), (1u << BITS) - 1u);
}
