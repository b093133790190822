// Sizes of the clusters whose own clusters lie above the coarse threshold; the others count as empty.
//
// coarse_weights  f32[HEADS, COARSE_STRIDE]
// thresholds      f32[2]: fine, coarse
// parents         u32[KV_HEADS, CLUSTER_STRIDE]: the coarse cluster of each cluster
// sizes           u32[KV_HEADS, CLUSTER_STRIDE]
// extents         u32[KV_HEADS, 3]: clusters at [1]
// surviving       u32[HEADS, CLUSTER_STRIDE]
// One invocation a cluster; workgroups (ceil(clusters / 64), HEADS).

override CLUSTER_STRIDE: u32;
override COARSE_STRIDE: u32;

@group(1) @binding(0) var<storage, read> coarse_weights: array<f32>;
@group(1) @binding(1) var<storage, read> thresholds: array<f32>;
@group(1) @binding(2) var<storage, read> parents: array<u32>;
@group(1) @binding(3) var<storage, read> sizes: array<u32>;
@group(1) @binding(4) var<storage, read> extents: array<u32>;
@group(1) @binding(5) var<storage, read_write> surviving: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let head = id.y;
  let kv_head = kv_head_of(head);
  if (id.x >= extents[kv_head * 3u + 1u]) {
    return;
  }
  let cluster = kv_head * CLUSTER_STRIDE + id.x;
  let passes = coarse_weights[head * COARSE_STRIDE + parents[cluster]] > thresholds[1];
  surviving[head * CLUSTER_STRIDE + id.x] = select(0u, sizes[cluster], passes);
}
