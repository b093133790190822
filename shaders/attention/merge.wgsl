// Joins the splits of decode.wgsl: rescales each to the common maximum, adds, and normalises. Also counts
// what was read.
//
// partials   f32: the number of splits, then [HEADS, splits, HEAD_DIM + 3]
// attention  f32: row 0 of outputs, log-sum-exp and pairs, see rows.wgsl
// counts     u32[LAYERS, HEADS, 2]: pairs computed while the prompt was read, entries read by decode steps
// One workgroup a head.

const LOWEST: f32 = -3.0e38;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> partials: array<f32>;
@group(1) @binding(2) var<storage, read_write> attention: array<f32>;
@group(1) @binding(3) var<storage, read_write> counts: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let head = group.x;
  let splits = u32(partials[0]);
  let stride = HEAD_DIM + 3u;
  let base = 1u + head * splits * stride;
  var highest = LOWEST;
  for (var i = 0u; i < splits; i++) {
    highest = max(highest, partials[base + i * stride + HEAD_DIM]);
  }
  var sum = 0.0;
  var read = 0.0;
  for (var i = 0u; i < splits; i++) {
    let at = base + i * stride + HEAD_DIM;
    sum += partials[at + 1u] * exp(partials[at] - highest);
    read += partials[at + 2u];
  }
  // A head that could read nothing gives zeros, not NaN.
  sum = select(sum, 1.0, sum == 0.0);
  let masked = has_head(layer.masked_heads, head);
  for (var dim = local; dim < HEAD_DIM; dim += 64u) {
    var value = 0.0;
    for (var i = 0u; i < splits; i++) {
      let at = base + i * stride;
      value += partials[at + dim] * exp(partials[at + HEAD_DIM] - highest);
    }
    attention[head * HEAD_DIM + dim] = select(value / sum, 0.0, masked);
  }
  if (local == 0u) {
    attention[lse_at(head, 0u)] = highest + log(sum);
    attention[pairs_at(head, 0u)] = read;
    counts[(layer.index * HEADS + head) * 2u + 1u] += u32(read);
  }
}
