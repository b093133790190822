// Token embedding: x[t] = table[ids[t]].
//
// ids    u32[tokens]
// table  elem[vocab, 4 * WIDTH4]
// x      f32[tokens, 4 * WIDTH4]
// One invocation a vec4; workgroups (ceil(WIDTH4 / 64), tokens).

// Width of a row in vec4; rows are padded with zeros.
override WIDTH4: u32;

@group(1) @binding(0) var<storage, read> ids: array<u32>;
@group(1) @binding(1) var<storage, read> table: array<vec4<elem>>;
@group(1) @binding(2) var<storage, read_write> x: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < WIDTH4) {
    x[id.y * WIDTH4 + id.x] = vec4<f32>(table[ids[id.y] * WIDTH4 + id.x]);
  }
}
