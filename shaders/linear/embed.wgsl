// Token embedding: x[t] = SCALE * w[ids[t]], plus the vector of the token's position when POSITIONS.
//
// ids        u32[tokens]
// w          the table as plain-weights.wgsl or block-weights.wgsl reads it, or its rows [FROM, FROM + ROWS):
//            then other tokens stay as they are
// positions  elem[longest, 4 * IN4], read when POSITIONS
// x          f32[tokens, 4 * IN4]
// One invocation a vec4; workgroups (ceil(IN4 / 64), tokens).

// Width of a row in vec4; rows are padded with zeros.
override IN4: u32;
override FROM: u32 = 0u;
override ROWS: u32 = 0xffffffffu;
override SCALE: f32 = 1.0;
override POSITIONS: bool = false;

@group(1) @binding(0) var<storage, read> ids: array<u32>;
@group(1) @binding(2) var<storage, read_write> x: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> positions: array<vec4<elem>>;

fn columns4() -> u32 {
  return IN4;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  // Below FROM the difference wraps around to a number that is too large as well.
  let row = ids[id.y] - FROM;
  if (id.x >= IN4 || row >= ROWS) {
    return;
  }
  var value = SCALE * vec4<f32>(weights_at(weight_row(row), id.x));
  if (POSITIONS) {
    value += vec4<f32>(positions[(frame.position + id.y) * IN4 + id.x]);
  }
  x[id.y * IN4 + id.x] = value;
}
