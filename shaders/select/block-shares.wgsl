// Makes rows for a selector by mass (select.wgsl) that chooses blocks of keys for each block of queries: the
// first block and the one on the diagonal come first. Needs blocks and pages.
//
// values  f32[HEADS, blocks of queries at most, VALUE_STRIDE]: scores of blocks, at least 0; in place
// sizes   u32[HEADS, blocks of queries at most, 2]; blocks that the chunk does not have choose among none
// One invocation a row; workgroups ceil(rows / 64).

override VALUE_STRIDE: u32;

struct Shares {
  threshold: f32,
}

@group(1) @binding(0) var<uniform> shares: Shares;
@group(1) @binding(1) var<storage, read_write> values: array<f32>;
@group(1) @binding(2) var<storage, read_write> sizes: array<vec2<u32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= HEADS * most_row_blocks()) {
    return;
  }
  let row_block = id.x % most_row_blocks();
  if (row_block >= row_blocks()) {
    sizes[id.x] = vec2<u32>(0u);
    return;
  }
  let own = own_block(row_block);
  sizes[id.x] = vec2<u32>(own + 1u, bitcast<u32>(shares.threshold));
  let first = id.x * VALUE_STRIDE;
  values[first + own] = first_in_order(values[first + own]);
  if (own > 0u) {
    values[first] = first_in_order(values[first]);
  }
}

// A selector by mass knows what comes first by its sign, which a 0 does not have.
fn first_in_order(score: f32) -> f32 {
  return -max(score, 1.0e-30);
}
