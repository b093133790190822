// What a decode step reads: lists of slots or pages, made by a decode selection.
//
// selected  u32[lists, 1 + LIST_STRIDE]: how many items, then the items, ascending, the newest entry's last.
// An item stands for LIST_UNIT slots in a row; LIST_GROUP query heads share a list.

override LIST_STRIDE: u32;
override LIST_GROUP: u32 = 1u;
override LIST_UNIT: u32 = 1u;

@group(1) @binding(9) var<storage, read> selected: array<u32>;

fn selected_length(head: u32, query: u32) -> u32 {
  let list = head / LIST_GROUP * (1u + LIST_STRIDE);
  let items = selected[list];
  if (items == 0u) {
    return 0u;
  }
  // Only the newest item may stand for slots that do not exist yet.
  return (items - 1u) * LIST_UNIT + min(LIST_UNIT, query + 1u - selected[list + items] * LIST_UNIT);
}

fn selected_slot(head: u32, index: u32) -> u32 {
  let list = head / LIST_GROUP * (1u + LIST_STRIDE);
  return selected[list + 1u + index / LIST_UNIT] * LIST_UNIT + index % LIST_UNIT;
}

// Positions count in the list.
fn selected_distance(held: HeadState, query: u32, slot: u32, index: u32, length: u32) -> u32 {
  return length - 1u - index;
}
