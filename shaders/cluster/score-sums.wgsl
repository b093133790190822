// What turns products of queries and centroids into weights of the clusters' members: for each query the
// maximum of q * C / sqrt(HEAD_DIM), and the sum of size * exp(score - maximum), over clusters with members.
//
// queries    f32[HEADS, QUERIES, HEAD_DIM]
// centroids  f32[KV_HEADS, CLUSTER_STRIDE, HEAD_DIM]
// sizes      u32[HEADS / SIZE_GROUP, CLUSTER_STRIDE]
// extents    u32[KV_HEADS, 3]: clusters at [LEVEL + 1]
// sums       f32[HEADS, QUERIES, 2]
// One workgroup a query; workgroups (QUERIES, HEADS).

override LANES: u32;
override QUERIES: u32;
override CLUSTER_STRIDE: u32;
override LEVEL: u32;
override SIZE_GROUP: u32;

@group(1) @binding(0) var<storage, read> queries: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> centroids: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> sizes: array<u32>;
@group(1) @binding(3) var<storage, read> extents: array<u32>;
@group(1) @binding(4) var<storage, read_write> sums: array<vec2<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let head = group.y;
  let kv_head = kv_head_of(head);
  let query = head * QUERIES + group.x;
  let clusters = extents[kv_head * 3u + LEVEL + 1u];
  var highest = LOWEST;
  var sum = 0.0;
  for (var cluster = local; cluster < clusters; cluster += 64u) {
    let size = sizes[head / SIZE_GROUP * CLUSTER_STRIDE + cluster];
    if (size > 0u) {
      let score = centroid_score(query, kv_head * CLUSTER_STRIDE + cluster);
      let higher = max(highest, score);
      sum = sum * exp(highest - higher) + f32(size) * exp(score - higher);
      highest = higher;
    }
  }
  let top = workgroup_max(local, highest);
  sum = workgroup_sum(local, sum * exp(highest - top));
  if (local == 0u) {
    sums[query] = vec2<f32>(top, sum);
  }
}
