// Begins spherical k-means: the directions of the items, and as the direction of cluster c of `count` that of
// item floor((c + 1/2) * items / count).
//
// items       f32[KV_HEADS, ITEM_STRIDE, HEAD_DIM]
// extents     u32[KV_HEADS, 3]: items at [LEVEL], clusters at [LEVEL + 1]
// directions  f32[KV_HEADS, ITEM_STRIDE, HEAD_DIM]
// centroids   f32[KV_HEADS, CLUSTER_STRIDE, HEAD_DIM]
// One invocation an item; workgroups (ceil(items / 64), KV_HEADS). There are no more clusters than items.

override LANES: u32;
override ITEM_STRIDE: u32;
override CLUSTER_STRIDE: u32;
override LEVEL: u32;

@group(1) @binding(0) var<storage, read> items: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> extents: array<u32>;
@group(1) @binding(2) var<storage, read_write> directions: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read_write> centroids: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let kv_head = id.y;
  let count = extents[kv_head * 3u + LEVEL];
  let clusters = extents[kv_head * 3u + LEVEL + 1u];
  if (id.x >= count) {
    return;
  }
  let item = (kv_head * ITEM_STRIDE + id.x) * LANES;
  let scale = inverse_length(item);
  for (var i = 0u; i < LANES; i++) {
    directions[item + i] = items[item + i] * scale;
  }
  if (id.x < clusters) {
    let source = (kv_head * ITEM_STRIDE + first_item(id.x, count, clusters)) * LANES;
    let cluster = (kv_head * CLUSTER_STRIDE + id.x) * LANES;
    let source_scale = inverse_length(source);
    for (var i = 0u; i < LANES; i++) {
      centroids[cluster + i] = items[source + i] * source_scale;
    }
  }
}

// floor((2c + 1) * items / (2 * clusters)), in parts that stay below 2^32 for fewer than 46340 clusters.
fn first_item(cluster: u32, count: u32, clusters: u32) -> u32 {
  let odd = 2u * cluster + 1u;
  let whole = odd * (count / clusters);
  return whole / 2u + ((whole % 2u) * clusters + odd * (count % clusters)) / (2u * clusters);
}

// 1 / length of the vector; 0 of a zero vector.
fn inverse_length(at: u32) -> f32 {
  var squares = 0.0;
  for (var i = 0u; i < LANES; i++) {
    squares += dot(items[at + i], items[at + i]);
  }
  return select(0.0, 1.0 / sqrt(squares), squares > 0.0);
}
