// The estimated weight of one member of each cluster, exp(q * C / sqrt(HEAD_DIM)) / sum over clusters of
// size * exp(…), mean over the queries. Clusters without members get 0.
//
// queries    f32[HEADS, QUERIES, HEAD_DIM]
// centroids  f32[KV_HEADS, CLUSTER_STRIDE, HEAD_DIM]
// sizes      u32[HEADS / SIZE_GROUP, CLUSTER_STRIDE]
// extents    u32[KV_HEADS, 3]: clusters at [LEVEL + 1]
// sums       f32[HEADS, QUERIES, 2], see score-sums.wgsl
// weights    f32[HEADS, CLUSTER_STRIDE]
// One invocation a cluster; workgroups (ceil(clusters / 64), HEADS).

override LANES: u32;
override QUERIES: u32;
override CLUSTER_STRIDE: u32;
override LEVEL: u32;
override SIZE_GROUP: u32;

@group(1) @binding(0) var<storage, read> queries: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> centroids: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> sizes: array<u32>;
@group(1) @binding(3) var<storage, read> extents: array<u32>;
@group(1) @binding(4) var<storage, read> sums: array<vec2<f32>>;
@group(1) @binding(5) var<storage, read_write> weights: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let cluster = id.x;
  let head = id.y;
  let kv_head = kv_head_of(head);
  if (cluster >= extents[kv_head * 3u + LEVEL + 1u]) {
    return;
  }
  var sum = 0.0;
  if (sizes[head / SIZE_GROUP * CLUSTER_STRIDE + cluster] > 0u) {
    for (var query = head * QUERIES; query < (head + 1u) * QUERIES; query++) {
      let score = centroid_score(query, kv_head * CLUSTER_STRIDE + cluster);
      sum += exp(score - sums[query].x) / sums[query].y;
    }
  }
  weights[head * CLUSTER_STRIDE + cluster] = sum / f32(QUERIES);
}
