// Joins the blocks that FlexPrefill (flex.wgsl) chose: for a block of queries the chosen blocks of columns, of
// diagonals by their distance, and of pairs. Needs blocks and pages.
//
// line_bits  u32[2, HEADS, BITS_STRIDE]: bits of blocks of columns, then of diagonals
// pair_bits  u32[HEADS, PAIR_STRIDE]: bits of pairs, by block of queries, then by block of keys so far
// bits       u32[HEADS, blocks of queries at most, BITS_STRIDE]
// One invocation a word; workgroups (ceil(BITS_STRIDE / 64), blocks of queries at most, HEADS).

override BITS_STRIDE: u32;
override PAIR_STRIDE: u32;

@group(1) @binding(0) var<storage, read> line_bits: array<u32>;
@group(1) @binding(1) var<storage, read> pair_bits: array<u32>;
@group(1) @binding(2) var<storage, read_write> bits: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= BITS_STRIDE) {
    return;
  }
  let head = id.z;
  let own = own_block(id.y);
  var word = 0u;
  for (var i = 0u; i < 32u; i++) {
    let block = id.x * 32u + i;
    if (id.y < row_blocks() && block <= own) {
      word |= u32(is_dense() || in_lines(head, own, block) || in_pairs(head, id.y, block)) << i;
    }
  }
  bits[(head * most_row_blocks() + id.y) * BITS_STRIDE + id.x] = word;
}

fn in_lines(head: u32, own: u32, block: u32) -> bool {
  let column = (line_bits[head * BITS_STRIDE + block / 32u] >> (block % 32u)) & 1u;
  let distance = own - block;
  let diagonal = (line_bits[(HEADS + head) * BITS_STRIDE + distance / 32u] >> (distance % 32u)) & 1u;
  return column + diagonal > 0u;
}

fn in_pairs(head: u32, row_block: u32, block: u32) -> bool {
  let pair = row_block * key_blocks() + block;
  return ((pair_bits[head * PAIR_STRIDE + pair / 32u] >> (pair % 32u)) & 1u) == 1u;
}
