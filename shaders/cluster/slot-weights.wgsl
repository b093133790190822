// Rows for a selector (select.wgsl) by threshold: the weight of each key of the prefix is that of its
// cluster, what follows the prefix is forced.
//
// weights     f32[HEADS, CLUSTER_STRIDE]
// thresholds  f32[2]: fine, coarse
// labels      u32[KV_HEADS, ITEM_STRIDE]
// extents     u32[KV_HEADS, 3]: keys of the prefix at [0]
// values      f32[HEADS, VALUE_STRIDE]
// sizes       u32[HEADS, 2]: slots, bits of the fine threshold
// One invocation a slot; workgroups (ceil(slots / 64), HEADS).

override CLUSTER_STRIDE: u32;
override ITEM_STRIDE: u32;
override VALUE_STRIDE: u32;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> weights: array<f32>;
@group(1) @binding(2) var<storage, read> thresholds: array<f32>;
@group(1) @binding(3) var<storage, read> labels: array<u32>;
@group(1) @binding(4) var<storage, read> extents: array<u32>;
@group(1) @binding(5) var<storage, read_write> values: array<f32>;
@group(1) @binding(6) var<storage, read_write> sizes: array<vec2<u32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let slot = id.x;
  let head = id.y;
  let kv_head = kv_head_of(head);
  let slots = slots_before(layer.index, kv_head) + frame.tokens;
  if (slot == 0u) {
    sizes[head] = vec2<u32>(slots, bitcast<u32>(thresholds[0]));
  }
  if (slot >= slots) {
    return;
  }
  var weight = FORCED;
  if (slot < extents[kv_head * 3u]) {
    weight = weights[head * CLUSTER_STRIDE + labels[kv_head * ITEM_STRIDE + slot]];
  }
  values[head * VALUE_STRIDE + slot] = weight;
}
