// Joins the splits of decode.wgsl: rescales each to the common maximum, adds, and normalises.
//
// partials  f32[HEADS, SPLITS of this step, HEAD_DIM + 2]
// out       f32[1, HEADS, HEAD_DIM]
// lse       f32: log-sum-exp of the row, at the place that `Layer` names
// One workgroup a head.

const SPLIT: u32 = 256u;
const LOWEST: f32 = -3.0e38;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> partials: array<f32>;
@group(1) @binding(2) var<storage, read_write> out: array<f32>;
@group(1) @binding(3) var<storage, read_write> lse: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let head = group.x;
  // As many as decode.wgsl was dispatched with: every head of a layer holds the same number of slots.
  let splits = slots_before(layer.index, kv_head_of(head)) / SPLIT + 1u;
  let stride = HEAD_DIM + 2u;
  let base = head * splits * stride;
  var highest = LOWEST;
  for (var i = 0u; i < splits; i++) {
    highest = max(highest, partials[base + i * stride + HEAD_DIM]);
  }
  var sum = 0.0;
  for (var i = 0u; i < splits; i++) {
    let at = base + i * stride + HEAD_DIM;
    sum += partials[at + 1u] * exp(partials[at] - highest);
  }
  let masked = (layer.masked_heads[head / 128u][head / 32u % 4u] >> (head % 32u)) & 1u;
  for (var dim = local; dim < HEAD_DIM; dim += 64u) {
    var value = 0.0;
    for (var i = 0u; i < splits; i++) {
      let at = base + i * stride;
      value += partials[at + dim] * exp(partials[at + HEAD_DIM] - highest);
    }
    out[head * HEAD_DIM + dim] = select(value / sum, 0.0, masked == 1u);
  }
  if (local == 0u) {
    lse[layer.lse_offset + head * layer.lse_stride + frame.lse_position] = highest + log(sum);
  }
}
