// RMSNorm of each row: y = x / sqrt(mean(x²) + EPS) * weight (Zhang & Sennrich, arXiv 1910.07467).
//
// x, y    f32[tokens, 4 * WIDTH4], columns from WIDTH on are zero
// weight  f32[4 * WIDTH4]
// One workgroup a row.

override WIDTH: u32;
override WIDTH4: u32;
override EPS: f32;

@group(1) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> weight: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let row = group.x * WIDTH4;
  var squares = 0.0;
  for (var i = local; i < WIDTH4; i += THREADS) {
    squares += dot(x[row + i], x[row + i]);
  }
  let scale = inverseSqrt(workgroup_sum(local, squares) / f32(WIDTH) + EPS);
  for (var i = local; i < WIDTH4; i += THREADS) {
    y[row + i] = x[row + i] * scale * weight[i];
  }
}
