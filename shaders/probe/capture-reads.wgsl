// Notes what a decode step read from lists, as bits of positions (records of weights.wgsl).
//
// entries  Entry[pages, 16]
// records  u32: [steps, LAYERS, HEADS, 1 + plan_words] from word `reads` on, zero before
// One workgroup a head; workgroups HEADS.

override LAYERS: u32;

struct ReadStore {
  reads: u32,
  first_decoded: u32,
}

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<uniform> store: ReadStore;
@group(1) @binding(2) var<storage, read> entries: array<Entry>;
@group(1) @binding(3) var<storage, read_write> records: array<atomic<u32>>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let head = group.x;
  let kv_head = kv_head_of(head);
  let held = head_state(layer.index, kv_head);
  let step = frame.position - store.first_decoded;
  let at = store.reads + ((step * LAYERS + layer.index) * HEADS + head) * (1u + frame.plan_words);
  let length = selected_length(head, held.slots);
  for (var i = local; i < length; i += 64u) {
    let slot = selected_slot(head, i);
    if (sees(held, held.slots, slot)) {
      let position = entries[slot_row(layer.index, kv_head, slot)].position;
      if (in_window(layer.window, frame.position, position)) {
        atomicOr(&records[at + 1u + position / 32u], 1u << (position % 32u));
      }
    }
  }
  if (local == 0u) {
    atomicStore(&records[at], 1u);
  }
}
