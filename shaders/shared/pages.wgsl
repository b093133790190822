// Where a slot of a paged head lives, and which slots a query sees. Needs frame.wgsl.

override HEADS: u32;
override KV_HEADS: u32;

const PAGE_SLOTS: u32 = 16u;
// Words of cache_table per layer and KV head.
const HEAD_STATE: u32 = 4u;
const ALL: u32 = 0xffffffffu;

// What a KV head of a layer holds. A query at slot n sees slots [0, sinks) and the newest `recent` slots up to
// and including its own.
struct HeadState {
  // Slots held before this submission.
  slots: u32,
  sinks: u32,
  // ALL: no window.
  recent: u32,
}

// An entry of the cache beside its key and value, [pages, 16].
struct Entry {
  // Place in the text.
  position: u32,
  // Added to its scores before the softmax: the logarithm of how many keys it stands for.
  bias: f32,
}

fn kv_head_of(head: u32) -> u32 {
  return head / (HEADS / KV_HEADS);
}

fn head_state(layer: u32, kv_head: u32) -> HeadState {
  let at = (layer * KV_HEADS + kv_head) * HEAD_STATE;
  return HeadState(cache_table[at], cache_table[at + 1u], cache_table[at + 2u]);
}

fn slots_before(layer: u32, kv_head: u32) -> u32 {
  return cache_table[(layer * KV_HEADS + kv_head) * HEAD_STATE];
}

// Row of a slot in the pools of keys, values, entries and scores.
fn slot_row(layer: u32, kv_head: u32, slot: u32) -> u32 {
  let table = frame.page_table + (layer * KV_HEADS + kv_head) * frame.page_table_stride;
  return cache_table[table + slot / PAGE_SLOTS] * PAGE_SLOTS + slot % PAGE_SLOTS;
}

// Whether the query at slot `query` sees the entry at slot `slot`: sinks and the newest entries up to itself.
fn sees(head: HeadState, query: u32, slot: u32) -> bool {
  return slot <= query && (slot < head.sinks || query - slot < head.recent);
}

// Entries between sinks and window that the query at slot `query` no longer sees. Re-indexed positions of
// the query relative to the sinks are smaller by this.
fn hidden_from(head: HeadState, query: u32) -> u32 {
  if (head.recent == ALL || query + 1u <= head.sinks + head.recent) {
    return 0u;
  }
  return query + 1u - head.sinks - head.recent;
}

// How far a visible slot lies before the query when only the entries that the query sees are counted.
fn distance_in_cache(head: HeadState, query: u32, slot: u32) -> u32 {
  return query - slot - select(0u, hidden_from(head, query), slot < head.sinks);
}
