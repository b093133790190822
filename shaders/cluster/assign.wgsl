// Assigns each item to the cluster whose direction has the greatest product with its own; of equal ones to
// the first.
//
// directions  f32[KV_HEADS, ITEM_STRIDE, HEAD_DIM]
// centroids   f32[KV_HEADS, CLUSTER_STRIDE, HEAD_DIM]
// extents     u32[KV_HEADS, 3]: items at [LEVEL], clusters at [LEVEL + 1]
// labels      u32[KV_HEADS, ITEM_STRIDE]
// One invocation an item; workgroups (ceil(items / 64), KV_HEADS).

override LANES: u32;
override ITEM_STRIDE: u32;
override CLUSTER_STRIDE: u32;
override LEVEL: u32;

@group(1) @binding(0) var<storage, read> directions: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> centroids: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> extents: array<u32>;
@group(1) @binding(3) var<storage, read_write> labels: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let kv_head = id.y;
  if (id.x >= extents[kv_head * 3u + LEVEL]) {
    return;
  }
  let item = kv_head * ITEM_STRIDE + id.x;
  var nearest = 0u;
  var highest = -3.0e38;
  for (var cluster = 0u; cluster < extents[kv_head * 3u + LEVEL + 1u]; cluster++) {
    let centroid = (kv_head * CLUSTER_STRIDE + cluster) * LANES;
    var product = 0.0;
    for (var i = 0u; i < LANES; i++) {
      product += dot(directions[item * LANES + i], centroids[centroid + i]);
    }
    if (product > highest) {
      highest = product;
      nearest = cluster;
    }
  }
  labels[item] = nearest;
}
