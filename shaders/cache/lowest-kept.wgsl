// Notes what entries that a compaction is about to drop would have needed: for each head that drops some,
// lowest_kept[layer, kv head, position of the first query that will miss them] = the lowest value in the
// ranking among the slots that stay for theirs. Where all stay whatever they score, nothing is noted.
// Needs frame, pages, reduce and forced.
//
// lists        u32[LAYERS * KV_HEADS, 1 + LIST_STRIDE]: how many slots stay, then the slots
// values       f32[LAYERS * KV_HEADS, VALUE_STRIDE], by slot; at least FORCED: stays whatever the others are
// lowest_kept  f32[LAYERS, KV_HEADS, capacity + 1]
// One workgroup a head; workgroups LAYERS * KV_HEADS.

override LIST_STRIDE: u32;
override VALUE_STRIDE: u32;

struct Store {
  capacity: u32,
}

@group(1) @binding(0) var<uniform> store: Store;
@group(1) @binding(1) var<storage, read> lists: array<u32>;
@group(1) @binding(2) var<storage, read> values: array<f32>;
@group(1) @binding(3) var<storage, read_write> lowest_kept: array<f32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let head = group.x;
  let list = head * (1u + LIST_STRIDE);
  let kept = lists[list];
  var lowest = FORCED;
  for (var index = local; index < kept; index += THREADS) {
    lowest = min(lowest, values[head * VALUE_STRIDE + lists[list + 1u + index]]);
  }
  lowest = -workgroup_max(local, -lowest);
  let slots = slots_before(head / KV_HEADS, head % KV_HEADS) + frame.tokens;
  if (local == 0u && kept < slots && lowest < FORCED) {
    lowest_kept[head * (store.capacity + 1u) + frame.position + frame.tokens] = lowest;
  }
}
