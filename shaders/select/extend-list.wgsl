// Makes what a step reads from what was chosen before: the chosen items, and of those behind them the newest
// TAIL. A head with a window reads all its items, all of which were chosen; there may be fewer of them now.
//
// chosen    u32[lists, 1 + CHOSEN_STRIDE]: how many items, then the items, ascending
// extended  u32[lists, 1 + LIST_STRIDE], likewise: see selected.wgsl
// One workgroup a list of LIST_GROUP query heads; an item stands for LIST_UNIT slots.

override CHOSEN_STRIDE: u32;
override LIST_STRIDE: u32;
override LIST_GROUP: u32;
override LIST_UNIT: u32;
override TAIL: u32;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> chosen: array<u32>;
@group(1) @binding(2) var<storage, read_write> extended: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let source = group.x * (1u + CHOSEN_STRIDE);
  let to = group.x * (1u + LIST_STRIDE);
  let slots = slots_before(layer.index, kv_head_of(group.x * LIST_GROUP)) + frame.tokens;
  let items = (slots + LIST_UNIT - 1u) / LIST_UNIT;
  let count = min(chosen[source], items);
  var tail = items - min(TAIL, items);
  if (count > 0u) {
    tail = max(tail, chosen[source + count] + 1u);
  }
  let total = count + items - tail;
  if (local == 0u) {
    extended[to] = total;
  }
  for (var i = local; i < total; i += 64u) {
    var item = tail + i - count;
    if (i < count) {
      item = chosen[source + 1u + i];
    }
    extended[to + 1u + i] = item;
  }
}
