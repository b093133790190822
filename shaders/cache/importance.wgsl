// Makes rows for a selector (select.wgsl) from the scores of the slots: the first `sinks` and the newest
// `recent` slots are forced, the others get their scores, pooled over KERNEL neighbours with stride 1. Slots
// before the first and from the newest `recent` on count as zeros there, in an average too.
//
// scores   f32[pages, 16]
// budgets  u32[LAYERS, KV_HEADS]: slots to choose, the forced ones included
// values   f32[LAYERS * KV_HEADS, VALUE_STRIDE]
// sizes    u32[LAYERS * KV_HEADS, 2]: slots with those of this submission, budget
// One invocation a slot; workgroups (ceil(slots / 256), LAYERS * KV_HEADS).

override VALUE_STRIDE: u32;
// Odd.
override KERNEL: u32;
override POOLING: u32;
// Scores are the mean over the layer's KV heads, whose slots must hold the same positions.
override LAYER_SHARED: bool;

const AVERAGE: u32 = 0u;
const MAX: u32 = 1u;

struct Importance {
  sinks: u32,
  recent: u32,
}

@group(1) @binding(0) var<uniform> importance: Importance;
@group(1) @binding(1) var<storage, read> scores: array<f32>;
@group(1) @binding(2) var<storage, read> budgets: array<u32>;
@group(1) @binding(3) var<storage, read_write> values: array<f32>;
@group(1) @binding(4) var<storage, read_write> sizes: array<vec2<u32>>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let slot = id.x;
  let head = id.y;
  let layer = head / KV_HEADS;
  let kv_head = head % KV_HEADS;
  let slots = slots_before(layer, kv_head) + frame.tokens;
  if (slot == 0u) {
    sizes[head] = vec2<u32>(slots, budgets[head]);
  }
  if (slot >= slots) {
    return;
  }
  let scored = slots - min(importance.recent, slots);
  if (slot < importance.sinks || slot >= scored) {
    values[head * VALUE_STRIDE + slot] = FORCED;
    return;
  }
  var pooled = 0.0;
  for (var i = 0u; i < KERNEL; i++) {
    // Wraps to a huge number before the first slot.
    let neighbour = slot + i - KERNEL / 2u;
    var score = 0.0;
    if (neighbour < scored) {
      score = score_of(layer, kv_head, neighbour);
    }
    pooled = select(pooled + score, select(max(pooled, score), score, i == 0u), POOLING == MAX);
  }
  values[head * VALUE_STRIDE + slot] = select(pooled / f32(KERNEL), pooled, POOLING == MAX);
}

fn score_of(layer: u32, kv_head: u32, slot: u32) -> f32 {
  if (!LAYER_SHARED) {
    return scores[slot_row(layer, kv_head, slot)];
  }
  var sum = 0.0;
  for (var other = 0u; other < KV_HEADS; other++) {
    sum += scores[slot_row(layer, other, slot)];
  }
  return sum / f32(KV_HEADS);
}
