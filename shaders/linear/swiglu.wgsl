// SwiGLU, for many tokens: y = silu(gate) * up (Shazeer, arXiv 2002.05202).
//
// gate_up  f32[tokens, 2, 4 * WIDTH4]
// y        f32[tokens, 4 * WIDTH4]
// One invocation a vec4; workgroups (ceil(WIDTH4 / 64), tokens).

override WIDTH4: u32;

@group(1) @binding(0) var<storage, read> gate_up: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < WIDTH4) {
    let gate = gate_up[id.y * 2u * WIDTH4 + id.x];
    let up = gate_up[(id.y * 2u + 1u) * WIDTH4 + id.x];
    y[id.y * WIDTH4 + id.x] = gate / (1.0 + exp(-gate)) * up;
  }
}
