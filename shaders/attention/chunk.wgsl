// Attention of a chunk of queries over the paged cache, of the flash kind (Dao et al., arXiv 2205.14135):
// blocks of keys stream through workgroup memory while a running maximum and sum rescale the result, so no
// buffer grows with length squared. Blocks that no query of the tile sees are skipped before they are read.
//
// qkv     f32[tokens, HEADS + 2 * KV_HEADS, HEAD_DIM]; queries are read, keys come from the cache
// keys    elem[pages, 16, HEAD_DIM], values likewise
// out     f32[tokens, OUT_STRIDE4 * 4], head by head
// lse     f32: log-sum-exp of each row's scaled scores, at the place that `Layer` names
//
// A workgroup has ROW_GROUPS × LANES invocations, LANES = HEAD_DIM / 4, and handles 4 * ROW_GROUPS queries of
// one head. For scores an invocation takes 4 queries and every LANES-th key of the block; for the weighted
// sum it owns 4 queries × one vec4 of the output, and finishes the reduction by itself.
// Workgroups (ceil(tokens / (4 * ROW_GROUPS)), HEADS).
//
// Keys come in two segments: sinks, then the window. They differ only when REINDEXED: keys are then rotated
// by their slot as they are read, and the query is nearer to the sinks by the entries that were evicted.

override LANES: u32;
override ROW_GROUPS: u32;
// Divides PAGE_SLOTS, so that block borders, and with them every rounding, stay put when pages leave.
override BLOCK_KEYS: u32;
override OUT_STRIDE4: u32;
override REINDEXED: bool;

const LOWEST: f32 = -3.0e38;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> qkv: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> keys: array<vec4<elem>>;
@group(1) @binding(3) var<storage, read> values: array<vec4<elem>>;
@group(1) @binding(4) var<storage, read_write> out: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read_write> lse: array<f32>;

var<workgroup> q_tile: array<vec4<f32>, 4 * ROW_GROUPS * LANES>;
var<workgroup> k_tile: array<vec4<f32>, BLOCK_KEYS * LANES>;
var<workgroup> v_tile: array<vec4<f32>, BLOCK_KEYS * LANES>;
var<workgroup> scores: array<f32, 4 * ROW_GROUPS * BLOCK_KEYS>;

struct Rows {
  // Four queries: running maximum, running sum, and one vec4 of the weighted sum of values each.
  highest: vec4<f32>,
  sum: vec4<f32>,
  value0: vec4<f32>,
  value1: vec4<f32>,
  value2: vec4<f32>,
  value3: vec4<f32>,
}

@compute @workgroup_size(LANES * ROW_GROUPS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let head = group.y;
  let kv_head = kv_head_of(head);
  let before = slots_before(layer.index, kv_head);
  let rows = 4u * ROW_GROUPS;
  let first_token = group.x * rows;
  let first_query = before + first_token;
  let last_query = before + min(first_token + rows, frame.tokens) - 1u;
  let lane = local % LANES;
  let row = local / LANES * 4u;

  var state: Rows;
  state.highest = vec4<f32>(LOWEST);

  for (var segment = 0u; segment < 2u; segment++) {
    var start = 0u;
    var end = min(frame.sinks, last_query + 1u);
    if (segment == 1u) {
      start = frame.sinks + hidden_from(first_query);
      start -= start % BLOCK_KEYS;
      end = last_query + 1u;
    }
    if (start >= end) {
      continue;
    }
    workgroupBarrier();
    for (var i = local; i < rows * LANES; i += LANES * ROW_GROUPS) {
      q_tile[i] = query_vec4(head, first_token + i / LANES, i % LANES, before, segment);
    }
    for (; start < end; start += BLOCK_KEYS) {
      for (var i = local; i < BLOCK_KEYS * LANES; i += LANES * ROW_GROUPS) {
        let slot = start + i / LANES;
        k_tile[i] = vec4<f32>(0.0);
        v_tile[i] = vec4<f32>(0.0);
        if (slot < end) {
          let key_row = slot_row(layer.index, kv_head, slot) * LANES;
          k_tile[i] = key_vec4(key_row, i % LANES, slot);
          v_tile[i] = vec4<f32>(values[key_row + i % LANES]);
        }
      }
      workgroupBarrier();
      for (var key = lane; key < BLOCK_KEYS; key += LANES) {
        var score = vec4<f32>(0.0);
        for (var i = 0u; i < LANES; i++) {
          let k = k_tile[key * LANES + i];
          score += vec4<f32>(
            dot(q_tile[row * LANES + i], k),
            dot(q_tile[(row + 1u) * LANES + i], k),
            dot(q_tile[(row + 2u) * LANES + i], k),
            dot(q_tile[(row + 3u) * LANES + i], k),
          );
        }
        score *= frame.score_scale;
        let slot = start + key;
        let in_segment = (slot < frame.sinks) == (segment == 0u);
        for (var r = 0u; r < 4u; r++) {
          let visible = in_segment && sees(first_query + row + r, slot);
          scores[(row + r) * BLOCK_KEYS + key] = select(LOWEST, score[r], visible);
        }
      }
      workgroupBarrier();
      var highest = state.highest;
      for (var key = 0u; key < BLOCK_KEYS; key++) {
        highest = max(highest, row_scores(row, key));
      }
      workgroupBarrier();
      for (var key = lane; key < BLOCK_KEYS; key += LANES) {
        let score = row_scores(row, key);
        let weight = select(exp(score - highest), vec4<f32>(0.0), score <= vec4<f32>(LOWEST));
        for (var r = 0u; r < 4u; r++) {
          scores[(row + r) * BLOCK_KEYS + key] = weight[r];
        }
      }
      workgroupBarrier();
      let shrink = exp(state.highest - highest);
      state.highest = highest;
      state.sum *= shrink;
      state.value0 *= shrink.x;
      state.value1 *= shrink.y;
      state.value2 *= shrink.z;
      state.value3 *= shrink.w;
      for (var key = 0u; key < BLOCK_KEYS; key++) {
        let weight = row_scores(row, key);
        let value = v_tile[key * LANES + lane];
        state.sum += weight;
        state.value0 += weight.x * value;
        state.value1 += weight.y * value;
        state.value2 += weight.z * value;
        state.value3 += weight.w * value;
      }
      workgroupBarrier();
    }
  }
  let log_sum = state.highest + log(state.sum);
  store(head, first_token + row, lane, state.value0 / state.sum.x, log_sum.x);
  store(head, first_token + row + 1u, lane, state.value1 / state.sum.y, log_sum.y);
  store(head, first_token + row + 2u, lane, state.value2 / state.sum.z, log_sum.z);
  store(head, first_token + row + 3u, lane, state.value3 / state.sum.w, log_sum.w);
}

// Scores (later weights) of four queries for one key of the block.
fn row_scores(row: u32, key: u32) -> vec4<f32> {
  let at = row * BLOCK_KEYS + key;
  return vec4<f32>(
    scores[at], scores[at + BLOCK_KEYS], scores[at + 2u * BLOCK_KEYS], scores[at + 3u * BLOCK_KEYS],
  );
}

fn query_vec4(head: u32, token: u32, lane: u32, before: u32, segment: u32) -> vec4<f32> {
  if (token >= frame.tokens) {
    return vec4<f32>(0.0);
  }
  let base = (token * (HEADS + 2u * KV_HEADS) + head) * LANES;
  if (!REINDEXED) {
    return qkv[base + lane];
  }
  let slot = before + token;
  let position = select(slot, slot - hidden_from(slot), segment == 0u);
  var rotated: vec4<f32>;
  for (var i = 0u; i < 4u; i++) {
    let dim = lane * 4u + i;
    let other = partner(dim);
    let angle = rope_angle(position, dim % (HEAD_DIM / 2u));
    rotated[i] = rotate(qkv[base + dim / 4u][dim % 4u], qkv[base + other / 4u][other % 4u], dim, angle);
  }
  return rotated;
}

fn key_vec4(key_row: u32, lane: u32, position: u32) -> vec4<f32> {
  if (!REINDEXED) {
    return vec4<f32>(keys[key_row + lane]);
  }
  var rotated: vec4<f32>;
  for (var i = 0u; i < 4u; i++) {
    let dim = lane * 4u + i;
    let other = partner(dim);
    let angle = rope_angle(position, dim % (HEAD_DIM / 2u));
    rotated[i] = rotate(
      f32(keys[key_row + dim / 4u][dim % 4u]), f32(keys[key_row + other / 4u][other % 4u]), dim, angle,
    );
  }
  return rotated;
}

fn partner(dim: u32) -> u32 {
  return select(dim - HEAD_DIM / 2u, dim + HEAD_DIM / 2u, dim < HEAD_DIM / 2u);
}

fn rotate(value: f32, other: f32, dim: u32, angle: vec2<f32>) -> f32 {
  return value * angle.x + select(other, -other, dim < HEAD_DIM / 2u) * angle.y;
}

fn store(head: u32, token: u32, lane: u32, value: vec4<f32>, log_sum: f32) {
  if (token >= frame.tokens) {
    return;
  }
  let masked = (layer.masked_heads[head / 128u][head / 32u % 4u] >> (head % 32u)) & 1u;
  out[token * OUT_STRIDE4 + head * LANES + lane] = select(value, vec4<f32>(0.0), masked == 1u);
  if (lane == 0u) {
    lse[layer.lse_offset + head * layer.lse_stride + frame.lse_position + token] = log_sum;
  }
}
