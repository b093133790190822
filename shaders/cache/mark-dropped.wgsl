// Notes which entries a compaction is about to drop: for each slot that is not in the head's list,
// evicted_at[layer, kv head, position of the entry] = position of the first query that will miss it, and where
// slots were RANKED, lost_scores at the same place = its value in the ranking.
//
// entries      Entry[pages, 16]
// lists        u32[LAYERS * KV_HEADS, 1 + LIST_STRIDE]: how many slots stay, then the slots, ascending
// values       f32[LAYERS * KV_HEADS, VALUE_STRIDE], by slot
// evicted_at   u32[LAYERS, KV_HEADS, capacity]; 0xffffffff while the entry is still visible
// lost_scores  f32[LAYERS, KV_HEADS, capacity]
// One invocation a slot; workgroups (ceil(slots / 64), LAYERS * KV_HEADS).

override LIST_STRIDE: u32;
override RANKED: bool;
override VALUE_STRIDE: u32 = 0u;

struct Store {
  capacity: u32,
}

@group(1) @binding(0) var<uniform> store: Store;
@group(1) @binding(1) var<storage, read> entries: array<Entry>;
@group(1) @binding(2) var<storage, read> lists: array<u32>;
@group(1) @binding(3) var<storage, read> values: array<f32>;
@group(1) @binding(4) var<storage, read_write> evicted_at: array<u32>;
@group(1) @binding(5) var<storage, read_write> lost_scores: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let layer = id.y / KV_HEADS;
  let kv_head = id.y % KV_HEADS;
  let slot = id.x;
  if (slot >= slots_before(layer, kv_head) + frame.tokens || stays(id.y, slot)) {
    return;
  }
  let at = id.y * store.capacity + entries[slot_row(layer, kv_head, slot)].position;
  let query = frame.position + frame.tokens;
  // A window may have hidden it earlier.
  if (evicted_at[at] <= query) {
    return;
  }
  evicted_at[at] = query;
  if (RANKED) {
    lost_scores[at] = values[id.y * VALUE_STRIDE + slot];
  }
}

fn stays(head: u32, slot: u32) -> bool {
  let list = head * (1u + LIST_STRIDE);
  var low = list + 1u;
  var high = low + lists[list];
  while (low < high) {
    let middle = (low + high) / 2u;
    if (lists[middle] < slot) {
      low = middle + 1u;
    } else {
      high = middle;
    }
  }
  return low <= list + lists[list] && lists[low] == slot;
}
