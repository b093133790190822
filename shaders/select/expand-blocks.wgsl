// Writes the blocks of a plan (plan.wgsl) from bits over blocks of BLOCK_TOKENS tokens. Needs blocks.
//
// bits  u32[HEADS, MAX_CHUNK / BLOCK_TOKENS, BITS_STRIDE]: by block of the chunk's queries, bits of blocks of keys
// plan  u32: its blocks, all words
// One invocation a word; workgroups (ceil(plan_block_words / 64), MAX_CHUNK / 16, HEADS).

override BITS_STRIDE: u32;

@group(1) @binding(0) var<storage, read> bits: array<u32>;
@group(1) @binding(1) var<storage, read_write> plan: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= frame.plan_block_words) {
    return;
  }
  let query = id.y * BLOCK;
  let first = (id.z * most_row_blocks() + query / BLOCK_TOKENS) * BITS_STRIDE;
  var word = 0u;
  for (var i = 0u; i < 32u; i++) {
    let block = (id.x * 32u + i) * BLOCK / BLOCK_TOKENS;
    word |= ((bits[first + block / 32u] >> (block % 32u)) & 1u) << i;
  }
  plan[plan_blocks_at(id.z, query) + id.x] = word;
}
