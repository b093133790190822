// In query-aware heads FlexPrefill (flex.wgsl) ranks all pairs of blocks of the chunk by pooled weights: for each
// block of queries the softmax of the products of means (block-products.wgsl). Needs forced and reduce.
//
// aware   u32[HEADS]: 1 where a head is query-aware
// sizes   u32[HEADS, 2]: for a selector by mass over the pairs; of other heads none
// values  f32[HEADS, VALUE_STRIDE]: by block of queries, then by block of keys so far
// A workgroup handles a block of queries; workgroups (blocks of the chunk's queries, HEADS).

override VALUE_STRIDE: u32;

const LOWEST: f32 = -3.0e38;

@group(1) @binding(3) var<storage, read> aware: array<u32>;
@group(1) @binding(4) var<storage, read_write> sizes: array<vec2<u32>>;
@group(1) @binding(5) var<storage, read_write> values: array<f32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let head = group.y;
  if (local == 0u && group.x == 0u) {
    let length = aware[head] * row_blocks() * key_blocks();
    sizes[head] = vec2<u32>(length, bitcast<u32>(flex.gamma));
  }
  if (aware[head] == 0u) {
    return;
  }
  let causal = own_block(group.x) + 1u;
  var highest = LOWEST;
  for (var block = local; block < causal; block += THREADS) {
    highest = max(highest, score_of(head, group.x, block));
  }
  highest = workgroup_max(local, highest);
  var sum = 0.0;
  for (var block = local; block < causal; block += THREADS) {
    sum += exp(score_of(head, group.x, block) - highest);
  }
  sum = workgroup_sum(local, sum);
  let first = head * VALUE_STRIDE + group.x * key_blocks();
  for (var block = local; block < key_blocks(); block += THREADS) {
    var weight = EXCLUDED;
    if (block < causal) {
      weight = exp(score_of(head, group.x, block) - highest) / sum;
    }
    values[first + block] = weight;
  }
}

fn score_of(head: u32, row_block: u32, key_block: u32) -> f32 {
  return block_product(head, row_block, key_block) / sqrt(f32(HEAD_DIM));
}
