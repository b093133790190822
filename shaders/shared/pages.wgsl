// Where a slot of a paged head lives. Needs frame.wgsl.

override HEADS: u32;
override KV_HEADS: u32;

const PAGE_SLOTS: u32 = 16u;

fn kv_head_of(head: u32) -> u32 {
  return head / (HEADS / KV_HEADS);
}

// Slots that a KV head of a layer held before this submission.
fn slots_before(layer: u32, kv_head: u32) -> u32 {
  return slot_counts[layer * KV_HEADS + kv_head];
}

// Row of a slot in the pools of keys, values and positions.
fn slot_row(layer: u32, kv_head: u32, slot: u32) -> u32 {
  let table = (layer * KV_HEADS + kv_head) * frame.page_table_stride;
  return page_table[table + slot / PAGE_SLOTS] * PAGE_SLOTS + slot % PAGE_SLOTS;
}

// Whether the query at slot `query` sees the entry at slot `slot`: sinks and the newest entries up to itself.
fn sees(query: u32, slot: u32) -> bool {
  return slot <= query && (slot < frame.sinks || query - slot < frame.recent);
}

// Entries between sinks and window that the query at slot `query` no longer sees. Re-indexed positions of
// the query relative to the sinks are smaller by this.
fn hidden_from(query: u32) -> u32 {
  if (frame.recent == 0xffffffffu || query + 1u <= frame.sinks + frame.recent) {
    return 0u;
  }
  return query + 1u - frame.sinks - frame.recent;
}

// How far a visible slot lies before the query when only the entries that the query sees are counted.
fn distance_in_cache(query: u32, slot: u32) -> u32 {
  return query - slot - select(0u, hidden_from(query), slot < frame.sinks);
}
