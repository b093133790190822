// RMSNorm of each row: y = x / sqrt(mean(x²) + EPS) * weight (Zhang & Sennrich, arXiv 1910.07467); or LayerNorm
// when CENTRED: y = (x - mean(x)) / sqrt(var(x) + EPS) * weight + bias (Ba et al., arXiv 1607.06450). y += when ADD.
//
// x, y    f32[tokens, 4 * WIDTH4], columns from WIDTH on are zero
// weight  f32[4 * WIDTH4], the biases behind it when CENTRED
// One workgroup a row.

override WIDTH: u32;
override WIDTH4: u32;
override EPS: f32;
override CENTRED: bool = false;
override ADD: bool = false;

@group(1) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> weight: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let row = group.x * WIDTH4;
  var mean = 0.0;
  if (CENTRED) {
    var total = 0.0;
    for (var i = local; i < WIDTH4; i += THREADS) {
      total += dot(x[row + i], vec4<f32>(1.0));
    }
    mean = workgroup_sum(local, total) / f32(WIDTH);
  }
  var squares = 0.0;
  for (var i = local; i < WIDTH4; i += THREADS) {
    let part = x[row + i] - mean;
    squares += dot(part, part);
  }
  // Columns past WIDTH are zero: each has added the square of the mean.
  let padding = f32(4u * WIDTH4 - WIDTH) * mean * mean;
  let scale = inverseSqrt((workgroup_sum(local, squares) - padding) / f32(WIDTH) + EPS);
  for (var i = local; i < WIDTH4; i += THREADS) {
    var value = (x[row + i] - mean) * scale * weight[i];
    if (CENTRED) {
      value += weight[WIDTH4 + i];
    }
    if (ADD) {
      value += y[row + i];
    }
    y[row + i] = value;
  }
}
