// Which pairs a plan (plan.wgsl) contains. Needs plan_word, a word of the plan, and plan_parts, the parts in use.

fn plan_bit(row: u32, index: u32) -> bool {
  return ((plan_word(row + index / 32u) >> (index % 32u)) & 1u) == 1u;
}

// Whether the pair is in a part other than the columns. `query` is the slot of the chunk's `row`.
fn in_ranges(head: u32, row: u32, query: u32, slot: u32) -> bool {
  if ((plan_parts() & PLAN_ROWS) != 0u && (slot < plan_word(2u * row) || slot >= plan_word(2u * row + 1u))) {
    return true;
  }
  if ((plan_parts() & PLAN_DIAGONALS) != 0u && plan_bit(plan_diagonals_at(head), query - slot)) {
    return true;
  }
  return (plan_parts() & PLAN_BLOCKS) != 0u && plan_bit(plan_blocks_at(head, row), slot / BLOCK);
}

fn in_columns(head: u32, slot: u32) -> bool {
  return (plan_parts() & PLAN_COLUMNS) != 0u && plan_bit(plan_columns_at(head), slot);
}

// The widest ranges of rows [row, row_end): keys below x and keys from y on are seen by one of them at least.
fn widest_range(row: u32, row_end: u32) -> vec2<u32> {
  var widest = vec2<u32>(0u, ALL);
  if ((plan_parts() & PLAN_ROWS) != 0u) {
    for (var r = row; r < row_end; r++) {
      widest = vec2<u32>(max(widest.x, plan_word(2u * r)), min(widest.y, plan_word(2u * r + 1u)));
    }
  }
  return widest;
}

// Whether some pair of queries [row, row_end) and keys [slot, slot_end) may be in a part other than the columns.
fn tile_in_ranges(
  head: u32, row: u32, row_end: u32, widest: vec2<u32>, first_query: u32, slot: u32, slot_end: u32,
) -> bool {
  if (slot < widest.x || slot_end > widest.y) {
    return true;
  }
  if ((plan_parts() & PLAN_DIAGONALS) != 0u) {
    // Distances between the last query and the first key, and between the first query and the last key.
    let farthest = first_query + (row_end - 1u - row) - slot;
    let nearest = select(0u, first_query + 1u - slot_end, first_query + 1u > slot_end);
    let diagonals = plan_diagonals_at(head);
    for (var word = nearest / 32u; word <= farthest / 32u; word++) {
      var bits = plan_word(diagonals + word);
      if (word == nearest / 32u) {
        bits &= ALL << (nearest % 32u);
      }
      if (word == farthest / 32u) {
        bits &= ALL >> (31u - farthest % 32u);
      }
      if (bits != 0u) {
        return true;
      }
    }
  }
  if ((plan_parts() & PLAN_BLOCKS) != 0u) {
    for (var r = row - row % BLOCK; r < row_end; r += BLOCK) {
      let blocks = plan_blocks_at(head, r);
      for (var block = slot / BLOCK; block <= (slot_end - 1u) / BLOCK; block++) {
        if (plan_bit(blocks, block)) {
          return true;
        }
      }
    }
  }
  return false;
}
