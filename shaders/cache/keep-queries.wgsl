// Keeps the newest ROWS queries of each head.
//
// qkv   f32[tokens, HEADS + 2 * KV_HEADS, HEAD_DIM]
// kept  f32[HEADS, ROWS, HEAD_DIM]: the query at position p in row p % ROWS
// An invocation copies 4 channels; workgroups (ceil(HEADS * LANES / 64), tokens).

override LANES: u32;
override ROWS: u32;

@group(1) @binding(0) var<storage, read> qkv: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read_write> kept: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let token = id.y;
  // Older than the newest ROWS: another query gets its row.
  if (id.x >= HEADS * LANES || token + ROWS < frame.tokens) {
    return;
  }
  let row = (frame.position + token) % ROWS;
  let query = token * (HEADS + 2u * KV_HEADS) * LANES + id.x;
  kept[(id.x / LANES * ROWS + row) * LANES + id.x % LANES] = qkv[query];
}
