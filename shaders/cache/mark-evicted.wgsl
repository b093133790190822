// Notes when entries left a window: for each slot that some query of this submission was the first not to
// see, evicted_at[layer, kv head, position of the entry] = position of that query.
//
// entries     Entry[pages, 16]
// evicted_at  u32[LAYERS, KV_HEADS, capacity]; 0xffffffff while the entry is still visible
// One invocation a query of the submission and head; workgroups (ceil(tokens / 64), LAYERS * KV_HEADS).

struct Store {
  capacity: u32,
}

@group(1) @binding(0) var<uniform> store: Store;
@group(1) @binding(1) var<storage, read> entries: array<Entry>;
@group(1) @binding(2) var<storage, read_write> evicted_at: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let layer = id.y / KV_HEADS;
  let kv_head = id.y % KV_HEADS;
  let held = head_state(layer, kv_head);
  let query = held.slots + id.x;
  if (id.x >= frame.tokens || query < held.recent || query - held.recent < held.sinks) {
    return;
  }
  let position = entries[slot_row(layer, kv_head, query - held.recent)].position;
  evicted_at[id.y * store.capacity + position] = frame.position + id.x;
}
