// Makes rows for a selector (select.wgsl) that chooses blocks of keys for each block of queries by the product
// of their means (block-products.wgsl); the diagonal block is forced. Needs forced.
//
// budgets  u32[LAYERS, HEADS]: blocks of keys to choose, the diagonal one included; 0: none, not even that
// values   f32[HEADS, blocks of queries at most, VALUE_STRIDE]
// sizes    u32[HEADS, blocks of queries at most, 2]; blocks that the chunk does not have choose among none
// One invocation a block of keys; workgroups (ceil(blocks of keys / 64), blocks of queries at most, HEADS).

override VALUE_STRIDE: u32;

@group(1) @binding(3) var<storage, read> budgets: array<u32>;
@group(1) @binding(4) var<storage, read_write> values: array<f32>;
@group(1) @binding(5) var<storage, read_write> sizes: array<vec2<u32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let row = id.z * most_row_blocks() + id.y;
  let own = own_block(id.y);
  let budget = budgets[layer.index * HEADS + id.z];
  let length = select(0u, own + 1u, id.y < row_blocks() && budget > 0u);
  if (id.x == 0u) {
    sizes[row] = vec2<u32>(length, budget);
  }
  if (id.x < length) {
    var score = FORCED;
    if (id.x != own) {
      score = block_product(id.z, id.y, id.x);
    }
    values[row * VALUE_STRIDE + id.x] = score;
  }
}
