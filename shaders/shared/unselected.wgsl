// What a decode step reads when nothing selects: every slot of the head.

fn selected_length(head: u32, query: u32) -> u32 {
  return query + 1u;
}

fn selected_slot(head: u32, index: u32) -> u32 {
  return index;
}

fn selected_distance(held: HeadState, query: u32, slot: u32, index: u32, length: u32) -> u32 {
  return distance_in_cache(held, query, slot);
}
