// The plan of the chunk that is being read.

// Sum of the parts in use.
override PLAN: u32;

@group(1) @binding(9) var<storage, read> plan: array<u32>;

fn plan_word(index: u32) -> u32 {
  return plan[index];
}

fn plan_parts() -> u32 {
  return PLAN;
}
