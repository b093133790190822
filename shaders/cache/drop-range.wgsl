// Makes lists for a compaction that takes one range of slots out of each head: all others stay.
//
// ranges  u32[LAYERS * KV_HEADS, 2]: first slot that leaves, first slot after it that stays; equal: all stay
// lists   u32[LAYERS * KV_HEADS, 1 + LIST_STRIDE]: how many slots stay, then the slots, ascending
// One invocation a slot, slots of this submission included; workgroups (ceil(slots / 64), LAYERS * KV_HEADS).

override LIST_STRIDE: u32;

@group(1) @binding(0) var<storage, read> ranges: array<vec2<u32>>;
@group(1) @binding(1) var<storage, read_write> lists: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let slot = id.x;
  let head = id.y;
  let slots = slots_before(head / KV_HEADS, head % KV_HEADS) + frame.tokens;
  let range = ranges[head];
  let list = head * (1u + LIST_STRIDE);
  if (slot == 0u) {
    lists[list] = slots - (range.y - range.x);
  }
  if (slot < slots && slot < range.x) {
    lists[list + 1u + slot] = slot;
  } else if (slot < slots && slot >= range.y) {
    lists[list + 1u + slot - (range.y - range.x)] = slot;
  }
}
