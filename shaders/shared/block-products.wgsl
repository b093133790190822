// Products of the mean queries and mean keys of blocks (block-means.wgsl). Needs blocks and pages.

override LANES: u32;
override KEY_BLOCKS: u32;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> query_means: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> key_means: array<vec4<f32>>;

fn block_product(head: u32, row: u32, key_block: u32) -> f32 {
  let query = (head * most_row_blocks() + row) * LANES;
  let key = ((layer.index * KV_HEADS + kv_head_of(head)) * KEY_BLOCKS + key_block) * LANES;
  var product = 0.0;
  for (var i = 0u; i < LANES; i++) {
    product += dot(query_means[query + i], key_means[key + i]);
  }
  return product;
}
