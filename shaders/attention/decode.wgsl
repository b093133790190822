// Attention of one query over the paged cache, split along the keys so that long caches keep every core
// busy; merge.wgsl joins the splits by their log-sum-exp (as in Flash-Decoding). What is read comes from
// selected.wgsl: all slots, or lists that a decode selection made.
//
// qkv       f32[1, HEADS + 2 * KV_HEADS, HEAD_DIM]
// keys      elem[pages, 16, HEAD_DIM], values likewise
// entries   Entry[pages, 16]
// partials  f32: the number of splits, then [HEADS, splits, HEAD_DIM + 3]: weighted sum of values (not
//           normalised), maximum, sum, keys read
// A workgroup of 64 handles 256 slots of one head; workgroups (splits, HEADS), HEAD_DIM at most 256.
// When REINDEXED, keys and query are not rotated yet: a score then turns by their distance in the cache, or
// in the list.

override LANES: u32;
override REINDEXED: bool;

const SPLIT: u32 = 256u;
const LOWEST: f32 = -3.0e38;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> qkv: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> keys: array<vec4<elem>>;
@group(1) @binding(3) var<storage, read> values: array<vec4<elem>>;
@group(1) @binding(4) var<storage, read> entries: array<Entry>;
@group(1) @binding(5) var<storage, read_write> partials: array<f32>;

var<workgroup> weights: array<f32, SPLIT>;
var<workgroup> slots: array<u32, SPLIT>;
var<workgroup> gathered: array<vec4<f32>, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let head = group.y;
  let kv_head = kv_head_of(head);
  let held = head_state(layer.index, kv_head);
  let query = held.slots;
  let length = selected_length(head, query);
  let start = group.x * SPLIT;
  let end = min(start + SPLIT, length);

  var highest = LOWEST;
  var read = 0.0;
  for (var i = start + local; i < end; i += 64u) {
    let slot = selected_slot(head, i);
    var score = LOWEST;
    var row = ALL;
    if (sees(held, query, slot)) {
      row = slot_row(layer.index, kv_head, slot);
      let entry = entries[row];
      if (in_window(layer.window, frame.position, entry.position)) {
        let distance = selected_distance(held, query, slot, i, length);
        score = capped(score_of(head, row * LANES, distance) * frame.score_scale)
          + entry.bias + steered(layer, head, entry.position);
        read += 1.0;
      }
    }
    slots[i - start] = row;
    weights[i - start] = score;
    highest = max(highest, score);
  }
  highest = workgroup_max(local, highest);
  read = workgroup_sum(local, read);

  var sum = 0.0;
  for (var i = start + local; i < end; i += 64u) {
    let score = weights[i - start];
    let weight = select(exp(score - highest), 0.0, score <= LOWEST);
    weights[i - start] = weight;
    sum += weight;
  }
  sum = workgroup_sum(local, sum);

  let lane = local % LANES;
  let team = local / LANES;
  let teams = 64u / LANES;
  var value = vec4<f32>(0.0);
  if (team < teams) {
    for (var i = start + team; i < end; i += teams) {
      let weight = weights[i - start];
      if (weight > 0.0) {
        value += weight * vec4<f32>(values[slots[i - start] * LANES + lane]);
      }
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

fn score_of(head: u32, key_row: u32, distance: u32) -> f32 {
  let base = head * LANES;
  var score = 0.0;
  if (!REINDEXED) {
    for (var i = 0u; i < LANES; i++) {
      score += dot(qkv[base + i], vec4<f32>(keys[key_row + i]));
    }
    return score;
  }
  let half = HEAD_DIM / 2u;
  for (var pair = 0u; pair < half; pair++) {
    let other = pair + half;
    let q = vec2<f32>(qkv[base + pair / 4u][pair % 4u], qkv[base + other / 4u][other % 4u]);
    let k = vec2<f32>(
      f32(keys[key_row + pair / 4u][pair % 4u]), f32(keys[key_row + other / 4u][other % 4u]),
    );
    score += turned_product(layer.angles_at, distance, pair, q, k);
  }
  return score;
}
