// Moves what is kept of every head to the front of its slots, in place. The host gives pages back afterwards.
//
// lists    u32[LAYERS * KV_HEADS, 1 + LIST_STRIDE]: how many slots stay, then the slots, ascending
// keys     elem[pages, 16, HEAD_DIM]
// values   elem[pages, 16, HEAD_DIM]
// entries  Entry[pages, 16]
// scores   f32[pages, 16], moved along if HAS_SCORES
// One workgroup a head; workgroups LAYERS * KV_HEADS. An invocation moves one vec4 of a key and a value at a
// time. No entry moves towards the end, so all that a batch of 256 overwrites was read by it or before it.

override LANES: u32;
override LIST_STRIDE: u32;
override HAS_SCORES: bool;

@group(1) @binding(0) var<storage, read> lists: array<u32>;
@group(1) @binding(1) var<storage, read_write> keys: array<vec4<elem>>;
@group(1) @binding(2) var<storage, read_write> values: array<vec4<elem>>;
@group(1) @binding(3) var<storage, read_write> entries: array<Entry>;
@group(1) @binding(4) var<storage, read_write> scores: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let layer = group.x / KV_HEADS;
  let kv_head = group.x % KV_HEADS;
  let list = group.x * (1u + LIST_STRIDE);
  let kept = lists[list];
  let last = kept * LANES;
  for (var start = in_place(list) * LANES; start < last; start += 256u) {
    let item = start + local;
    let lane = item % LANES;
    var source = 0u;
    var key: vec4<elem>;
    var value: vec4<elem>;
    var entry: Entry;
    var score = 0.0;
    if (item < last) {
      source = slot_row(layer, kv_head, lists[list + 1u + item / LANES]);
      key = keys[source * LANES + lane];
      value = values[source * LANES + lane];
      if (lane == 0u) {
        entry = entries[source];
        if (HAS_SCORES) {
          score = scores[source];
        }
      }
    }
    storageBarrier();
    if (item < last) {
      let to = slot_row(layer, kv_head, item / LANES);
      keys[to * LANES + lane] = key;
      values[to * LANES + lane] = value;
      if (lane == 0u) {
        entries[to] = entry;
        if (HAS_SCORES) {
          scores[to] = score;
        }
      }
    }
  }
}

// How many slots at the front stay where they are.
fn in_place(list: u32) -> u32 {
  var low = 0u;
  var high = lists[list];
  while (low < high) {
    let middle = (low + high) / 2u;
    if (lists[list + 1u + middle] == middle) {
      low = middle + 1u;
    } else {
      high = middle;
    }
  }
  return low;
}
