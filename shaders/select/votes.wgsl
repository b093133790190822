// The sum of the heads' weights over the candidates, as rows for a selector (select.wgsl). LIST_GROUP heads
// vote together. The first SINKS slots are forced, the newest RECENT are not in the row.
//
// gate    u32: 0: nothing is chosen this time, KEEP
// scores  f32[HEADS, VALUE_STRIDE]
// sums    f32[HEADS, 2], see score-sums.wgsl
// values  f32[HEADS / LIST_GROUP, VALUE_STRIDE]
// sizes   u32[HEADS / LIST_GROUP, 2]: slots but the newest RECENT, TAKE
// One invocation a slot; workgroups (ceil(slots / 64), HEADS / LIST_GROUP).

override VALUE_STRIDE: u32;
override LIST_GROUP: u32;
override SINKS: u32;
override RECENT: u32;
override TAKE: u32;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> gate: u32;
@group(1) @binding(2) var<storage, read> scores: array<f32>;
@group(1) @binding(3) var<storage, read> sums: array<vec2<f32>>;
@group(1) @binding(4) var<storage, read_write> values: array<f32>;
@group(1) @binding(5) var<storage, read_write> sizes: array<vec2<u32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let slot = id.x;
  let list = id.y;
  let first_head = list * LIST_GROUP;
  let length = slots_before(layer.index, kv_head_of(first_head)) + frame.tokens - RECENT;
  if (slot == 0u) {
    sizes[list] = vec2<u32>(select(length, KEEP, gate == 0u), TAKE);
  }
  if (gate == 0u || slot >= length) {
    return;
  }
  var vote = FORCED;
  if (slot >= SINKS) {
    vote = 0.0;
    for (var head = first_head; head < first_head + LIST_GROUP; head++) {
      vote += exp(scores[head * VALUE_STRIDE + slot] - sums[head].x) / sums[head].y;
    }
  }
  values[list * VALUE_STRIDE + slot] = vote;
}
