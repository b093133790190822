// Attention of one query over quantised keys and values (quantise.wgsl), which are dequantised inside the two
// loops; split along the tokens like decode.wgsl, and joined by merge.wgsl.
//
// qkv           f32[1, HEADS + 2 * KV_HEADS, HEAD_DIM]
// codes         u32[LAYERS * KV_HEADS, TOKENS, 2 * WORDS]
// key_scales    f32[LAYERS * KV_HEADS, TOKENS / GROUP, 2, HEAD_DIM]
// value_scales  vec2<f32>[LAYERS * KV_HEADS, TOKENS, CHANNEL_GROUPS]
// partials      f32: the number of splits, then [HEADS, splits, HEAD_DIM + 3]: see decode.wgsl
// A workgroup of 64 handles 256 tokens of one head; workgroups (splits, HEADS), HEAD_DIM at most 256.

override HEAD_DIM: u32;
override LANES: u32;
override BITS: u32;
override GROUP: u32;
override TOKENS: u32;
override WORDS: u32;
override CHANNEL_GROUPS: u32;

const SPLIT: u32 = 256u;
const LOWEST: f32 = -3.0e38;

struct Quantised {
  // Tokens that were quantised before this submission.
  tokens: u32,
  count: u32,
}

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<uniform> quantised: Quantised;
@group(1) @binding(2) var<storage, read> qkv: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> codes: array<u32>;
@group(1) @binding(4) var<storage, read> key_scales: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read> value_scales: array<vec2<f32>>;
@group(1) @binding(6) var<storage, read_write> partials: array<f32>;

var<workgroup> weights: array<f32, SPLIT>;
var<workgroup> gathered: array<vec4<f32>, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let head = group.y;
  let kv_head = layer.index * KV_HEADS + kv_head_of(head);
  let start = group.x * SPLIT;
  let end = min(start + SPLIT, quantised.tokens);

  var highest = LOWEST;
  var read = 0.0;
  for (var token = start + local; token < end; token += 64u) {
    var score = LOWEST;
    // What is quantised is the beginning of the text.
    if (in_window(layer.window, frame.position, token)) {
      score = capped(score_of(head, kv_head, token) * frame.score_scale);
      read += 1.0;
    }
    weights[token - start] = score;
    highest = max(highest, score);
  }
  highest = workgroup_max(local, highest);
  read = workgroup_sum(local, read);

  var sum = 0.0;
  for (var token = start + local; token < end; token += 64u) {
    let score = weights[token - start];
    let weight = select(exp(score - highest), 0.0, score <= LOWEST);
    weights[token - start] = weight;
    sum += weight;
  }
  sum = workgroup_sum(local, sum);

  let lane = local % LANES;
  let team = local / LANES;
  let teams = 64u / LANES;
  var value = vec4<f32>(0.0);
  if (team < teams) {
    for (var token = start + team; token < end; token += teams) {
      let scale = value_scales[(kv_head * TOKENS + token) * CHANNEL_GROUPS + lane * 4u / GROUP];
      value += weights[token - start] * (scale.y + scale.x * codes_of(kv_head, token, WORDS, lane));
    }
  }
  gathered[local] = value;
  workgroupBarrier();
  if (team == 0u) {
    for (var i = 1u; i < teams; i++) {
      value += gathered[i * LANES + lane];
    }
    let at = 1u + (head * groups.x + group.x) * (HEAD_DIM + 3u);
    for (var i = 0u; i < 4u; i++) {
      partials[at + lane * 4u + i] = value[i];
    }
    if (lane == 0u) {
      partials[at + HEAD_DIM] = highest;
      partials[at + HEAD_DIM + 1u] = sum;
      partials[at + HEAD_DIM + 2u] = read;
      if (head == 0u && group.x == 0u) {
        partials[0] = f32(groups.x);
      }
    }
  }
}

fn score_of(head: u32, kv_head: u32, token: u32) -> f32 {
  let scales = (kv_head * (TOKENS / GROUP) + token / GROUP) * 2u * LANES;
  var score = 0.0;
  for (var lane = 0u; lane < LANES; lane++) {
    let key = key_scales[scales + LANES + lane] + key_scales[scales + lane] * codes_of(kv_head, token, 0u, lane);
    score += dot(qkv[head * LANES + lane], key);
  }
  return score;
}

// Codes of four channels of a token; keys begin at word 0, values at WORDS.
fn codes_of(kv_head: u32, token: u32, first_word: u32, lane: u32) -> vec4<f32> {
  let bit = lane * 4u * BITS;
  let word = codes[(kv_head * TOKENS + token) * 2u * WORDS + first_word + bit / 32u] >> (bit % 32u);
  let parts = vec4<u32>(word, word >> BITS, word >> (2u * BITS), word >> (3u * BITS));
  return vec4<f32>(parts & vec4<u32>((1u << BITS) - 1u));
}
