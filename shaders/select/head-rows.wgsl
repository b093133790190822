// Takes a choice that KV heads made together (joint-rows.wgsl) apart again: rows for a selector that chooses
// what is forced, here the slots that were chosen for the head and its newest `recent`.
//
// chosen  u32[LAYERS, BITS_STRIDE]: bits of the chosen slot * KV_HEADS + KV head
// values  f32[LAYERS * KV_HEADS, VALUE_STRIDE]
// sizes   u32[LAYERS * KV_HEADS, 2]: slots, 0
// One invocation a slot; workgroups (ceil(slots / 64), LAYERS * KV_HEADS).

override VALUE_STRIDE: u32;
override BITS_STRIDE: u32;

struct Joint {
  recent: u32,
  kept: u32,
}

@group(1) @binding(0) var<uniform> joint: Joint;
@group(1) @binding(1) var<storage, read> chosen: array<u32>;
@group(1) @binding(2) var<storage, read_write> values: array<f32>;
@group(1) @binding(3) var<storage, read_write> sizes: array<vec2<u32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let slot = id.x;
  let layer = id.y / KV_HEADS;
  let kv_head = id.y % KV_HEADS;
  let slots = slots_before(layer, kv_head) + frame.tokens;
  if (slot == 0u) {
    sizes[id.y] = vec2<u32>(slots, 0u);
  }
  if (slot >= slots) {
    return;
  }
  var stays = slot >= slots - joint.recent;
  if (!stays) {
    let index = slot * KV_HEADS + kv_head;
    stays = ((chosen[layer * BITS_STRIDE + index / 32u] >> (index % 32u)) & 1u) == 1u;
  }
  values[id.y * VALUE_STRIDE + slot] = select(EXCLUDED, FORCED, stays);
}
