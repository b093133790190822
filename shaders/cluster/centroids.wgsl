// Means of the members of each cluster, and how much the cluster holds. A cluster without members keeps its
// centroid.
//
// vectors     f32[KV_HEADS, ITEM_STRIDE, HEAD_DIM]: what is averaged
// labels      u32[KV_HEADS, ITEM_STRIDE]
// item_sizes  u32[KV_HEADS, ITEM_STRIDE]: what an item counts in the size of its cluster; in the mean all count 1
// extents     u32[KV_HEADS, 3]: items at [LEVEL], clusters at [LEVEL + 1]
// centroids   f32[KV_HEADS, CLUSTER_STRIDE, HEAD_DIM]: of length 1 if NORMALISED
// sizes       u32[KV_HEADS, CLUSTER_STRIDE]
// One workgroup a cluster, an invocation 4 channels; workgroups (clusters, KV_HEADS), HEAD_DIM at most 256.

override LANES: u32;
override ITEM_STRIDE: u32;
override CLUSTER_STRIDE: u32;
override LEVEL: u32;
override NORMALISED: bool;

@group(1) @binding(0) var<storage, read> vectors: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> labels: array<u32>;
@group(1) @binding(2) var<storage, read> item_sizes: array<u32>;
@group(1) @binding(3) var<storage, read> extents: array<u32>;
@group(1) @binding(4) var<storage, read_write> centroids: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read_write> sizes: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let cluster = group.x;
  let kv_head = group.y;
  if (cluster >= extents[kv_head * 3u + LEVEL + 1u]) {
    return;
  }
  let first = kv_head * ITEM_STRIDE;
  var sum = vec4<f32>(0.0);
  var members = 0u;
  var size = 0u;
  for (var item = first; item < first + extents[kv_head * 3u + LEVEL]; item++) {
    if (labels[item] == cluster) {
      members++;
      size += item_sizes[item];
      if (lane < LANES) {
        sum += vectors[item * LANES + lane];
      }
    }
  }
  var scale = 1.0 / f32(members);
  if (NORMALISED) {
    let squares = workgroup_sum(lane, dot(sum, sum));
    scale = select(0.0, 1.0 / sqrt(squares), squares > 0.0);
  }
  let at = kv_head * CLUSTER_STRIDE + cluster;
  if (members > 0u && lane < LANES) {
    centroids[at * LANES + lane] = sum * scale;
  }
  if (lane == 0u) {
    sizes[at] = size;
  }
}
