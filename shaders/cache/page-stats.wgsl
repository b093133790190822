// Statistics of the keys of a page, channel by channel, over the entries that the page holds. Pages are
// counted in their head, by slots. Pages that this submission put entries into, all if it has no tokens.
//
// keys   elem[pages, 16, HEAD_DIM]
// stats  f32[LAYERS, KV_HEADS, STATS_STRIDE, KINDS, HEAD_DIM]: minimum, maximum and, if KINDS is 3, mean
// One workgroup a page, an invocation 4 channels; workgroups (pages, KV_HEADS), HEAD_DIM at most 256.

override LANES: u32;
override STATS_STRIDE: u32;
override KINDS: u32;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> keys: array<vec4<elem>>;
@group(1) @binding(2) var<storage, read_write> stats: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let kv_head = group.y;
  let before = slots_before(layer.index, kv_head);
  let slots = before + frame.tokens;
  let page = group.x + select(before / PAGE_SLOTS, 0u, frame.tokens == 0u);
  let first = page * PAGE_SLOTS;
  if (lane >= LANES || first >= slots) {
    return;
  }
  let held = min(PAGE_SLOTS, slots - first);
  let row = slot_row(layer.index, kv_head, first);
  var lowest = vec4<f32>(keys[row * LANES + lane]);
  var highest = lowest;
  var sum = lowest;
  for (var i = 1u; i < held; i++) {
    let key = vec4<f32>(keys[(row + i) * LANES + lane]);
    lowest = min(lowest, key);
    highest = max(highest, key);
    sum += key;
  }
  let at = ((layer.index * KV_HEADS + kv_head) * STATS_STRIDE + page) * KINDS * LANES + lane;
  stats[at] = lowest;
  stats[at + LANES] = highest;
  if (KINDS == 3u) {
    stats[at + 2u * LANES] = sum / f32(held);
  }
}
