// Matrix product with a weight, for many tokens: y[t, o] = Σᵢ x[t, i] · w[o, i], or y += when sizes.add; with
// the bias where there is one, and capped where CAP is not 0.
//
// x     f32[tokens, 4 * sizes.in4]
// w     as plain-weights.wgsl or block-weights.wgsl reads it
// y     f32[tokens, sizes.out_stride]
// bias  f32[sizes.out], read when BIAS
// sizes are a uniform and no constants, so that all products of a model share a pipeline: where shaders run on
// a processor, compiling one takes a second.
// A workgroup of 8 × 8 invocations computes a tile of 32 tokens × 32 outputs, each invocation 4 × 4 of them,
// strided by 8 so that neighbours read neighbouring rows. Products are in elem, sums in f32.
// Workgroups (ceil(sizes.out / 32), ceil(tokens / 32)).

override BIAS: bool = false;
override CAP: f32 = 0.0;

const TILE: u32 = 32u;
// vec4 of the inner dimension that a step holds, and the padded stride that keeps rows on different banks.
const DEPTH4: u32 = 8u;
const STRIDE4: u32 = 9u;

struct Sizes {
  in4: u32,
  out: u32,
  out_stride: u32,
  // 1: what y holds is added to.
  add: u32,
}

@group(1) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read_write> y: array<f32>;
@group(1) @binding(3) var<storage, read> bias: array<f32>;
@group(1) @binding(4) var<uniform> sizes: Sizes;

var<workgroup> x_tile: array<vec4<elem>, TILE * STRIDE4>;
var<workgroup> w_tile: array<vec4<elem>, TILE * STRIDE4>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let first_out = group.x * TILE;
  let first_token = group.y * TILE;
  let column = local % 8u;
  let row = local / 8u;
  var sum0 = vec4<f32>(0.0);
  var sum1 = vec4<f32>(0.0);
  var sum2 = vec4<f32>(0.0);
  var sum3 = vec4<f32>(0.0);

  for (var start = 0u; start < sizes.in4; start += DEPTH4) {
    for (var i = local; i < TILE * DEPTH4; i += 64u) {
      let line = i / DEPTH4;
      let inner = start + i % DEPTH4;
      let at = line * STRIDE4 + i % DEPTH4;
      x_tile[at] = vec4<elem>(0);
      w_tile[at] = vec4<elem>(0);
      if (inner < sizes.in4 && first_token + line < frame.tokens) {
        x_tile[at] = vec4<elem>(x[(first_token + line) * sizes.in4 + inner]);
      }
      if (inner < sizes.in4 && first_out + line < sizes.out) {
        w_tile[at] = weights_at(weight_row(first_out + line), inner);
      }
    }
    workgroupBarrier();
    for (var i = 0u; i < DEPTH4; i++) {
      let w0 = w_tile[column * STRIDE4 + i];
      let w1 = w_tile[(column + 8u) * STRIDE4 + i];
      let w2 = w_tile[(column + 16u) * STRIDE4 + i];
      let w3 = w_tile[(column + 24u) * STRIDE4 + i];
      let x0 = x_tile[row * STRIDE4 + i];
      let x1 = x_tile[(row + 8u) * STRIDE4 + i];
      let x2 = x_tile[(row + 16u) * STRIDE4 + i];
      let x3 = x_tile[(row + 24u) * STRIDE4 + i];
      sum0 += vec4<f32>(vec4<elem>(dot(x0, w0), dot(x0, w1), dot(x0, w2), dot(x0, w3)));
      sum1 += vec4<f32>(vec4<elem>(dot(x1, w0), dot(x1, w1), dot(x1, w2), dot(x1, w3)));
      sum2 += vec4<f32>(vec4<elem>(dot(x2, w0), dot(x2, w1), dot(x2, w2), dot(x2, w3)));
      sum3 += vec4<f32>(vec4<elem>(dot(x3, w0), dot(x3, w1), dot(x3, w2), dot(x3, w3)));
    }
    workgroupBarrier();
  }
  store(first_token + row, first_out + column, sum0);
  store(first_token + row + 8u, first_out + column, sum1);
  store(first_token + row + 16u, first_out + column, sum2);
  store(first_token + row + 24u, first_out + column, sum3);
}

fn columns4() -> u32 {
  return sizes.in4;
}

fn store(token: u32, out: u32, sums: vec4<f32>) {
  if (token >= frame.tokens) {
    return;
  }
  for (var i = 0u; i < 4u; i++) {
    let o = out + 8u * i;
    if (o < sizes.out) {
      let at = token * sizes.out_stride + o;
      var sum = sums[i];
      if (BIAS) {
        sum += bias[o];
      }
      if (CAP > 0.0) {
        sum = CAP * tanh(clamp(sum / CAP, -10.0, 10.0));
      }
      if (sizes.add == 1u) {
        y[at] += sum;
      } else {
        y[at] = sum;
      }
    }
  }
}
