// Lets the KV heads of a layer share one budget: joins their rows of slots (importance.wgsl) to one row a layer
// for a selector (select.wgsl), index slot * KV_HEADS + KV head. What a head may keep whatever the others score
// is forced; the newest `recent` slots, which all stay, are not in it.
//
// values        f32[LAYERS * KV_HEADS, VALUE_STRIDE]
// safe          u32[LAYERS * KV_HEADS, BITS_STRIDE]: bits of the slots that are forced
// joint_values  f32[LAYERS, KV_HEADS * VALUE_STRIDE]
// joint_sizes   u32[LAYERS, 2]: values of the row, values to choose
// One invocation a slot; workgroups (ceil(slots / 64), LAYERS * KV_HEADS).

override VALUE_STRIDE: u32;
override BITS_STRIDE: u32;

struct Joint {
  recent: u32,
  // Slots before the newest that a head keeps on average.
  kept: u32,
}

@group(1) @binding(0) var<uniform> joint: Joint;
@group(1) @binding(1) var<storage, read> values: array<f32>;
@group(1) @binding(2) var<storage, read> safe: array<u32>;
@group(1) @binding(3) var<storage, read_write> joint_values: array<f32>;
@group(1) @binding(4) var<storage, read_write> joint_sizes: array<vec2<u32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let slot = id.x;
  let layer = id.y / KV_HEADS;
  let kv_head = id.y % KV_HEADS;
  let slots = slots_before(layer, kv_head) + frame.tokens - joint.recent;
  if (slot == 0u && kv_head == 0u) {
    joint_sizes[layer] = KV_HEADS * vec2<u32>(slots, joint.kept);
  }
  if (slot >= slots) {
    return;
  }
  let forced = ((safe[id.y * BITS_STRIDE + slot / 32u] >> (slot % 32u)) & 1u) == 1u;
  let at = (layer * VALUE_STRIDE + slot) * KV_HEADS + kv_head;
  joint_values[at] = select(values[id.y * VALUE_STRIDE + slot], FORCED, forced);
}
