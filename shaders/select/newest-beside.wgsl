// Turns a choice into rows for a selector (select.wgsl) that keeps what was chosen and fills up with the newest.
//
// chosen  u32[LAYERS * KV_HEADS, BITS_STRIDE]: bits of the chosen slots
// values  f32[LAYERS * KV_HEADS, VALUE_STRIDE]
// sizes   u32[LAYERS * KV_HEADS, 2]: slots, slots to keep
// One invocation a slot; workgroups (ceil(slots / 64), LAYERS * KV_HEADS).

override VALUE_STRIDE: u32;
override BITS_STRIDE: u32;

struct Fill {
  kept: u32,
}

@group(1) @binding(0) var<uniform> fill: Fill;
@group(1) @binding(1) var<storage, read> chosen: array<u32>;
@group(1) @binding(2) var<storage, read_write> values: array<f32>;
@group(1) @binding(3) var<storage, read_write> sizes: array<vec2<u32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let slot = id.x;
  let slots = slots_before(id.y / KV_HEADS, id.y % KV_HEADS) + frame.tokens;
  if (slot == 0u) {
    sizes[id.y] = vec2<u32>(slots, fill.kept);
  }
  if (slot < slots) {
    let stays = ((chosen[id.y * BITS_STRIDE + slot / 32u] >> (slot % 32u)) & 1u) == 1u;
    values[id.y * VALUE_STRIDE + slot] = select(f32(slot), FORCED, stays);
  }
}
