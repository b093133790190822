// Attention of a chunk of queries over the paged cache, of the flash kind (Dao et al., arXiv 2205.14135):
// blocks of keys stream through workgroup memory while a running maximum and sum rescale the result, so no
// buffer grows with length squared. Blocks that no query of the tile sees, or that the plan of a prefill
// pattern leaves out, are skipped before they are read; single columns of a plan are gathered.
//
// qkv        f32[tokens, HEADS + 2 * KV_HEADS, HEAD_DIM]; queries are read, keys come from the cache
// keys       elem[pages, 16, HEAD_DIM], values likewise
// entries    Entry[pages, 16]
// attention  f32: outputs, log-sum-exp and computed pairs, see rows.wgsl
//
// A workgroup has ROW_GROUPS × LANES invocations, LANES = HEAD_DIM / 4, and handles 4 * ROW_GROUPS queries of
// one head. For scores an invocation takes 4 queries and every LANES-th key of the block; for the weighted
// sum it owns 4 queries × one vec4 of the output, and finishes the reduction by itself.
// Workgroups (ceil(tokens / (4 * ROW_GROUPS)), HEADS).
//
// Keys come in three phases: sinks, window, columns of the plan. Sinks and window differ only when REINDEXED:
// keys are then rotated by their slot as they are read, and the query is nearer to the sinks by the entries
// that were evicted. Plans and re-indexing are never combined.

override LANES: u32;
override ROW_GROUPS: u32;
// Divides PAGE_SLOTS, so that block borders, and with them every rounding, stay put when pages leave.
override BLOCK_KEYS: u32;
override REINDEXED: bool;

const LOWEST: f32 = -3.0e38;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> qkv: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> keys: array<vec4<elem>>;
@group(1) @binding(3) var<storage, read> values: array<vec4<elem>>;
@group(1) @binding(4) var<storage, read> entries: array<Entry>;
@group(1) @binding(5) var<storage, read_write> attention: array<vec4<f32>>;

var<workgroup> q_tile: array<vec4<f32>, 4 * ROW_GROUPS * LANES>;
var<workgroup> k_tile: array<vec4<f32>, BLOCK_KEYS * LANES>;
var<workgroup> v_tile: array<vec4<f32>, BLOCK_KEYS * LANES>;
var<workgroup> scores: array<f32, 4 * ROW_GROUPS * BLOCK_KEYS>;
// Slots and score biases of the keys of the block; ALL where the block has fewer.
var<workgroup> slots: array<u32, BLOCK_KEYS>;
var<workgroup> biases: array<f32, BLOCK_KEYS>;
// Positions of the keys of the block in the text.
var<workgroup> positions: array<u32, BLOCK_KEYS>;
// Where the search for columns goes on; ALL when there are none left.
var<workgroup> next_column: u32;

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
  let held = head_state(layer.index, kv_head);
  let rows = 4u * ROW_GROUPS;
  let first_row = group.x * rows;
  let row_end = min(first_row + rows, frame.tokens);
  let first_query = held.slots + first_row;
  let last_query = held.slots + row_end - 1u;
  let widest = widest_range(first_row, row_end);
  let lane = local % LANES;
  let row = local / LANES * 4u;

  var state: Rows;
  state.highest = vec4<f32>(LOWEST);
  var pairs = vec4<f32>(0.0);

  for (var phase = 0u; phase < 3u; phase++) {
    var start = 0u;
    var end = min(held.sinks, last_query + 1u);
    if (phase == 1u) {
      start = held.sinks + max(hidden_from(held, first_query), outside_window(held, first_query));
      start -= start % BLOCK_KEYS;
      end = last_query + 1u;
    } else if (phase == 2u) {
      end = select(0u, last_query + 1u, (plan_parts() & PLAN_COLUMNS) != 0u);
    }
    if (start >= end) {
      continue;
    }
    workgroupBarrier();
    for (var i = local; i < rows * LANES; i += LANES * ROW_GROUPS) {
      q_tile[i] = query_vec4(held, head, first_row + i / LANES, i % LANES, phase);
    }
    while (start < end) {
      if (phase == 2u) {
        if (local == 0u) {
          gather_columns(head, start, end);
        }
        start = workgroupUniformLoad(&next_column);
      } else {
        let block_end = min(start + BLOCK_KEYS, end);
        if (!tile_in_ranges(head, first_row, row_end, widest, first_query, start, block_end)) {
          start += BLOCK_KEYS;
          continue;
        }
        for (var i = local; i < BLOCK_KEYS; i += LANES * ROW_GROUPS) {
          slots[i] = select(ALL, start + i, start + i < end);
        }
        start += BLOCK_KEYS;
        workgroupBarrier();
      }
      for (var i = local; i < BLOCK_KEYS * LANES; i += LANES * ROW_GROUPS) {
        let slot = slots[i / LANES];
        k_tile[i] = vec4<f32>(0.0);
        v_tile[i] = vec4<f32>(0.0);
        if (slot != ALL) {
          let key_row = slot_row(layer.index, kv_head, slot);
          k_tile[i] = key_vec4(key_row * LANES, i % LANES, slot);
          v_tile[i] = vec4<f32>(values[key_row * LANES + i % LANES]);
          if (i % LANES == 0u) {
            let entry = entries[key_row];
            biases[i / LANES] = entry.bias + steered(layer, head, entry.position);
            positions[i / LANES] = entry.position;
          }
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
        let slot = slots[key];
        score = all_capped(score * frame.score_scale) + biases[key];
        for (var r = 0u; r < 4u; r++) {
          let query_row = first_row + row + r;
          let visible = computed(held, phase, head, query_row, slot)
            && in_window(layer.window, frame.position + query_row, positions[key]);
          scores[(row + r) * BLOCK_KEYS + key] = select(LOWEST, score[r], visible);
          pairs[r] += select(0.0, 1.0, visible);
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
  // A row whose keys were all left out has no sum; it gives zeros, not NaN.
  let sum = select(state.sum, vec4<f32>(1.0), state.sum == vec4<f32>(0.0));
  store(head, first_row + row, lane, state.value0 / sum.x);
  store(head, first_row + row + 1u, lane, state.value1 / sum.y);
  store(head, first_row + row + 2u, lane, state.value2 / sum.z);
  store(head, first_row + row + 3u, lane, state.value3 / sum.w);

  // Every lane counted the keys that it scored; the first lane adds them up.
  for (var r = 0u; r < 4u; r++) {
    q_tile[(row + r) * LANES + lane].x = pairs[r];
  }
  workgroupBarrier();
  if (lane == 0u && first_row + row < MAX_CHUNK) {
    for (var i = 1u; i < LANES; i++) {
      for (var r = 0u; r < 4u; r++) {
        pairs[r] += q_tile[(row + r) * LANES + i].x;
      }
    }
    attention[lse_at(head, first_row + row) / 4u] = state.highest + log(sum);
    attention[pairs_at(head, first_row + row) / 4u] = pairs;
  }
}

// Whether the query of the chunk's `row` is compared with the key at `slot` in this phase. No pair is counted
// in two phases.
fn computed(held: HeadState, phase: u32, head: u32, row: u32, slot: u32) -> bool {
  let query = held.slots + row;
  if (row >= frame.tokens || slot == ALL || !sees(held, query, slot)) {
    return false;
  }
  if (phase == 2u) {
    return !in_ranges(head, row, query, slot);
  }
  return (slot < held.sinks) == (phase == 0u) && in_ranges(head, row, query, slot);
}

// Slots behind the sinks that no query from this one on sees for the layer's window. Where entries were evicted,
// slots are not positions; then all are looked at.
fn outside_window(held: HeadState, first_query: u32) -> u32 {
  if (!WINDOWED || layer.window == ALL || held.slots != frame.position) {
    return 0u;
  }
  return max(first_query + 1u, held.sinks + layer.window) - held.sinks - layer.window;
}

// Takes the next columns of the plan at or after `start` into the block. One invocation.
fn gather_columns(head: u32, start: u32, end: u32) {
  var slot = start;
  for (var i = 0u; i < BLOCK_KEYS; i++) {
    while (slot < end && !in_columns(head, slot)) {
      slot++;
    }
    slots[i] = select(ALL, slot, slot < end);
    slot++;
  }
  next_column = slot;
}

// Scores (later weights) of four queries for one key of the block.
fn row_scores(row: u32, key: u32) -> vec4<f32> {
  let at = row * BLOCK_KEYS + key;
  return vec4<f32>(
    scores[at], scores[at + BLOCK_KEYS], scores[at + 2u * BLOCK_KEYS], scores[at + 3u * BLOCK_KEYS],
  );
}

fn query_vec4(held: HeadState, head: u32, row: u32, lane: u32, phase: u32) -> vec4<f32> {
  if (row >= frame.tokens) {
    return vec4<f32>(0.0);
  }
  let base = (row * (HEADS + 2u * KV_HEADS) + head) * LANES;
  if (!REINDEXED) {
    return qkv[base + lane];
  }
  let slot = held.slots + row;
  let position = select(slot, slot - hidden_from(held, slot), phase == 0u);
  var rotated: vec4<f32>;
  for (var i = 0u; i < 4u; i++) {
    let dim = lane * 4u + i;
    let other = partner(dim);
    let angle = rope_angle(layer.angles_at, position, dim % (HEAD_DIM / 2u));
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
    let angle = rope_angle(layer.angles_at, position, dim % (HEAD_DIM / 2u));
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

fn store(head: u32, row: u32, lane: u32, value: vec4<f32>) {
  if (row < frame.tokens) {
    let at = row * (OUT_STRIDE / 4u) + head * LANES + lane;
    attention[at] = select(value, vec4<f32>(0.0), has_head(layer.masked_heads, head));
  }
}
