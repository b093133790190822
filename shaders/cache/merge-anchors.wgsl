// Merges every entry into the nearest of those that stay, between two into the earlier: the key of an anchor
// becomes the mean of its own and of those that join it, and its value likewise. Nothing may have left before,
// so that slots are as far apart as positions.
//
// lists   u32[LAYERS * KV_HEADS, 1 + LIST_STRIDE]: how many slots stay, then the slots, ascending
// keys    elem[pages, 16, HEAD_DIM], values likewise
// One invocation a vec4 of an anchor; workgroups (ceil(LIST_STRIDE * LANES / 64), LAYERS * KV_HEADS).

override LANES: u32;
override LIST_STRIDE: u32;

@group(1) @binding(0) var<storage, read> lists: array<u32>;
@group(1) @binding(1) var<storage, read_write> keys: array<vec4<elem>>;
@group(1) @binding(2) var<storage, read_write> values: array<vec4<elem>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let index = id.x / LANES;
  let lane = id.x % LANES;
  let layer = id.y / KV_HEADS;
  let kv_head = id.y % KV_HEADS;
  let list = id.y * (1u + LIST_STRIDE);
  let anchors = lists[list];
  if (index >= anchors) {
    return;
  }
  let at = list + 1u + index;
  let anchor = lists[at];
  var first = 0u;
  if (index > 0u) {
    first = (lists[at - 1u] + anchor) / 2u + 1u;
  }
  var end = slots_before(layer, kv_head) + frame.tokens;
  if (index + 1u < anchors) {
    end = (anchor + lists[at + 1u]) / 2u + 1u;
  }
  var key = vec4<f32>(0.0);
  var value = vec4<f32>(0.0);
  for (var slot = first; slot < end; slot++) {
    let row = slot_row(layer, kv_head, slot) * LANES + lane;
    key += vec4<f32>(keys[row]);
    value += vec4<f32>(values[row]);
  }
  let place = slot_row(layer, kv_head, anchor) * LANES + lane;
  keys[place] = vec4<elem>(key / f32(end - first));
  values[place] = vec4<elem>(value / f32(end - first));
}
