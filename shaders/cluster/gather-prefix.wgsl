// Copies the keys of a layer's prefix, the entries at positions before END, for clustering, and counts keys
// and clusters. Entries are in the order of the text. Nothing is written for a head without a prefix.
//
// keys        elem[pages, 16, HEAD_DIM]
// entries     Entry[pages, 16]
// items       f32[KV_HEADS, ITEM_STRIDE, HEAD_DIM]
// item_sizes  u32[KV_HEADS, ITEM_STRIDE]: 1
// extents     u32[KV_HEADS, 3], zero before: keys, clusters of them, clusters of these clusters
// One invocation a slot; workgroups (ceil(slots / 64), KV_HEADS).

override LANES: u32;
override ITEM_STRIDE: u32;
override END: u32;
// Clusters of each level, as percent of the keys.
override FINE: u32;
override COARSE: u32;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> keys: array<vec4<elem>>;
@group(1) @binding(2) var<storage, read> entries: array<Entry>;
@group(1) @binding(3) var<storage, read_write> items: array<vec4<f32>>;
@group(1) @binding(4) var<storage, read_write> item_sizes: array<u32>;
@group(1) @binding(5) var<storage, read_write> extents: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let slot = id.x;
  let kv_head = id.y;
  let slots = slots_before(layer.index, kv_head);
  if (slot >= slots || !in_prefix(kv_head, slot)) {
    return;
  }
  let row = slot_row(layer.index, kv_head, slot);
  let item = kv_head * ITEM_STRIDE + slot;
  for (var i = 0u; i < LANES; i++) {
    items[item * LANES + i] = vec4<f32>(keys[row * LANES + i]);
  }
  item_sizes[item] = 1u;
  let number = slot + 1u;
  if (number == slots || !in_prefix(kv_head, number)) {
    let fine = max(1u, number * FINE / 100u);
    extents[kv_head * 3u] = number;
    extents[kv_head * 3u + 1u] = fine;
    extents[kv_head * 3u + 2u] = min(fine, max(1u, number * COARSE / 100u));
  }
}

fn in_prefix(kv_head: u32, slot: u32) -> bool {
  return entries[slot_row(layer.index, kv_head, slot)].position < END;
}
