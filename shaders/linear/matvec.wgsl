// Matrix product with a weight, for the newest token only: y[o] = Σᵢ f(x)[i] · w[o, i], or y += when ADD;
// with the bias where there is one, and capped where CAP is not 0.
//
// x            f32[tokens, …]; only the submission's last row is read
// w            as plain-weights.wgsl or block-weights.wgsl reads it
// y            f32[OUT]
// norm_weight  f32[4 * IN4], read when INPUT is 1 or 3; when 3, the norm's biases follow
// bias         f32[OUT], read when BIAS
// f by INPUT: 0 nothing; 1 RMSNorm over WIDTH columns; 2 the activation of a row, see activation.wgsl, which
// holds gate, then up, each 4 * IN4 wide, when GATED; 3 LayerNorm over WIDTH columns. Every workgroup computes
// f anew, which is cheaper than a dispatch of its own.
// A workgroup computes 16 outputs: teams of 16 invocations share 4 of them, so that what an invocation
// reads of x serves four rows. Workgroups (x, y) with x * y >= ceil(OUT / 16).

override IN4: u32;
override OUT: u32;
override ADD: bool = false;
override INPUT: u32 = 0u;
override WIDTH: u32 = 0u;
override EPS: f32 = 0.0;
override BIAS: bool = false;
override CAP: f32 = 0.0;

@group(1) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read_write> y: array<f32>;
@group(1) @binding(3) var<storage, read> norm_weight: array<vec4<f32>>;
@group(1) @binding(4) var<storage, read> bias: array<f32>;

var<workgroup> sums: array<vec4<f32>, 64>;

fn columns4() -> u32 {
  return IN4;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = (frame.tokens - 1u) * select(IN4, 2u * IN4, INPUT == 2u && GATED);
  var scale = 1.0;
  var mean = 0.0;
  if (INPUT == 3u) {
    var total = 0.0;
    for (var i = local; i < IN4; i += 64u) {
      total += dot(x[row + i], vec4<f32>(1.0));
    }
    mean = workgroup_sum(local, total) / f32(WIDTH);
  }
  if (INPUT == 1u || INPUT == 3u) {
    var squares = 0.0;
    for (var i = local; i < IN4; i += 64u) {
      let part = x[row + i] - mean;
      squares += dot(part, part);
    }
    // Columns past WIDTH are zero: each has added the square of the mean.
    let padding = f32(4u * IN4 - WIDTH) * mean * mean;
    scale = inverseSqrt((workgroup_sum(local, squares) - padding) / f32(WIDTH) + EPS);
  }

  let out = (group.y * groups.x + group.x) * 16u + local / 16u * 4u;
  let lane = local % 16u;
  // Rows past the end repeat the last one, and are not stored.
  let row0 = weight_row(min(out, OUT - 1u));
  let row1 = weight_row(min(out + 1u, OUT - 1u));
  let row2 = weight_row(min(out + 2u, OUT - 1u));
  let row3 = weight_row(min(out + 3u, OUT - 1u));
  var sum = vec4<f32>(0.0);
  for (var i = lane; i < IN4; i += 16u) {
    var input = x[row + i];
    if (INPUT == 1u) {
      input *= scale * norm_weight[i];
    }
    if (INPUT == 3u) {
      input = (input - mean) * scale * norm_weight[i] + norm_weight[IN4 + i];
    }
    if (INPUT == 2u) {
      input = activated(input);
      if (GATED) {
        input *= x[row + IN4 + i];
      }
    }
    let value = vec4<elem>(input);
    sum += vec4<f32>(vec4<elem>(
      dot(value, weights_at(row0, i)), dot(value, weights_at(row1, i)),
      dot(value, weights_at(row2, i)), dot(value, weights_at(row3, i)),
    ));
  }
  sums[local] = sum;
  workgroupBarrier();
  if (lane < 4u && out + lane < OUT) {
    var total = 0.0;
    for (var i = 0u; i < 16u; i++) {
      total += sums[local - lane + i][lane];
    }
    if (BIAS) {
      total += bias[out + lane];
    }
    if (CAP > 0.0) {
      total = CAP * tanh(clamp(total / CAP, -10.0, 10.0));
    }
    if (ADD) {
      y[out + lane] += total;
    } else {
      y[out + lane] = total;
    }
  }
}
