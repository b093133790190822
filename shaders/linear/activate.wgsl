// The activation inside an MLP, for many tokens: y = f(up), or y = f(gate) * up when GATED (Shazeer, arXiv
// 2002.05202); f is in activation.wgsl.
//
// gate_up  f32[tokens, 2, 4 * WIDTH4], or f32[tokens, 4 * WIDTH4] of up alone
// y        f32[tokens, 4 * WIDTH4]
// One invocation a vec4; workgroups (ceil(WIDTH4 / 64), tokens).

override WIDTH4: u32;

@group(1) @binding(0) var<storage, read> gate_up: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < WIDTH4) {
    let row = id.y * select(WIDTH4, 2u * WIDTH4, GATED);
    var value = activated(gate_up[row + id.x]);
    if (GATED) {
      value *= gate_up[row + WIDTH4 + id.x];
    }
    y[id.y * WIDTH4 + id.x] = value;
  }
}
