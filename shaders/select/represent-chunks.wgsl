// One key that stands for a chunk of CHUNK tokens, of every chunk that this submission completes. Positions
// count inside the chunk. Every token of every query head of a KV head attends to the whole chunk, forwards
// too; the mean of these outputs then attends, unrotated, to the rotated keys of the chunk, and the mixture of
// keys that it gets is the result. Keys and queries are cached unrotated, and slots are positions.
//
// qkv              f32[tokens, HEADS + 2 * KV_HEADS, HEAD_DIM]
// kept             f32[HEADS, CHUNK, HEAD_DIM]: queries of earlier tokens, see keep-queries.wgsl
// keys             elem[pages, 16, HEAD_DIM], values likewise
// representatives  f32[KV_HEADS, CHUNKS, HEAD_DIM]
// One workgroup a chunk and KV head; workgroups (ceil(tokens / CHUNK), KV_HEADS), HEAD_DIM at most 256.

override CHUNK: u32;
override CHUNKS: u32;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> qkv: array<f32>;
@group(1) @binding(2) var<storage, read> kept: array<f32>;
@group(1) @binding(3) var<storage, read> keys: array<elem>;
@group(1) @binding(4) var<storage, read> values: array<elem>;
@group(1) @binding(5) var<storage, read_write> representatives: array<f32>;

var<workgroup> query: array<f32, HEAD_DIM>;
var<workgroup> weights: array<f32, CHUNK>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let chunk = frame.position / CHUNK + group.x;
  let kv_head = group.y;
  let first = chunk * CHUNK;
  if (first + CHUNK > frame.position + frame.tokens) {
    return;
  }
  let group_heads = HEADS / KV_HEADS;
  // An invocation sums channels local, local + 64, …
  var outputs = vec4<f32>(0.0);
  for (var head = kv_head * group_heads; head < (kv_head + 1u) * group_heads; head++) {
    for (var token = 0u; token < CHUNK; token++) {
      workgroupBarrier();
      for (var channel = local; channel < HEAD_DIM; channel += 64u) {
        query[channel] = query_at(head, first + token, channel);
      }
      workgroupBarrier();
      let sum = attend(kv_head, first, token, local);
      for (var i = 0u; i < 4u; i++) {
        let channel = local + 64u * i;
        if (channel < HEAD_DIM) {
          var output = 0.0;
          for (var place = 0u; place < CHUNK; place++) {
            let row = slot_row(layer.index, kv_head, first + place);
            output += weights[place] * f32(values[row * HEAD_DIM + channel]);
          }
          outputs[i] += output / sum;
        }
      }
    }
  }
  workgroupBarrier();
  for (var i = 0u; i < 4u; i++) {
    let channel = local + 64u * i;
    if (channel < HEAD_DIM) {
      query[channel] = outputs[i] / f32(group_heads * CHUNK);
    }
  }
  workgroupBarrier();
  let sum = attend(kv_head, first, 0u, local);
  let half = HEAD_DIM / 2u;
  for (var pair = local; pair < half; pair += 64u) {
    var mixture = vec2<f32>(0.0);
    for (var place = 0u; place < CHUNK; place++) {
      let angle = rope_angle(layer.angles_at, place, pair);
      let key = key_pair(kv_head, first + place, pair);
      mixture += weights[place]
        * vec2<f32>(key.x * angle.x - key.y * angle.y, key.x * angle.y + key.y * angle.x);
    }
    let at = (kv_head * CHUNKS + chunk) * HEAD_DIM + pair;
    representatives[at] = mixture.x / sum;
    representatives[at + half] = mixture.y / sum;
  }
}

fn query_at(head: u32, position: u32, channel: u32) -> f32 {
  if (position < frame.position) {
    return kept[(head * CHUNK + position % CHUNK) * HEAD_DIM + channel];
  }
  return qkv[((position - frame.position) * (HEADS + 2u * KV_HEADS) + head) * HEAD_DIM + channel];
}

fn key_pair(kv_head: u32, slot: u32, pair: u32) -> vec2<f32> {
  let at = slot_row(layer.index, kv_head, slot) * HEAD_DIM + pair;
  return vec2<f32>(f32(keys[at]), f32(keys[at + HEAD_DIM / 2u]));
}

// Weights of the query at `token` over the chunk, not normalised, and their sum. All must call.
fn attend(kv_head: u32, first: u32, token: u32, local: u32) -> f32 {
  let half = HEAD_DIM / 2u;
  var highest = -3.0e38;
  for (var place = local; place < CHUNK; place += 64u) {
    var score = 0.0;
    for (var pair = 0u; pair < half; pair++) {
      let q = vec2<f32>(query[pair], query[pair + half]);
      let k = key_pair(kv_head, first + place, pair);
      // The rotation from key to query is that from query to key, backwards.
      if (place <= token) {
        score += turned_product(layer.angles_at, token - place, pair, q, k);
      } else {
        score += turned_product(layer.angles_at, place - token, pair, k, q);
      }
    }
    score /= sqrt(f32(HEAD_DIM));
    weights[place] = score;
    highest = max(highest, score);
  }
  highest = workgroup_max(local, highest);
  var sum = 0.0;
  for (var place = local; place < CHUNK; place += 64u) {
    let weight = exp(weights[place] - highest);
    weights[place] = weight;
    sum += weight;
  }
  return workgroup_sum(local, sum);
}
