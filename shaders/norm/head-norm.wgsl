// RMSNorm of every head of the new queries and keys, in place: x / sqrt(mean(x²) + EPS) * weight.
//
// qkv     f32[tokens, HEADS + 2 * KV_HEADS, HEAD_DIM]: queries, keys, values
// weight  f32[2, HEAD_DIM]: of queries, of keys
// One workgroup a head; workgroups (HEADS + KV_HEADS, tokens).

override HEADS: u32;
override KV_HEADS: u32;
override HEAD_DIM: u32;
override LANES: u32;
override EPS: f32;

@group(1) @binding(0) var<storage, read_write> qkv: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> weight: array<vec4<f32>>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let row = (group.y * (HEADS + 2u * KV_HEADS) + group.x) * LANES;
  let weights = select(LANES, 0u, group.x < HEADS);
  var squares = 0.0;
  for (var i = local; i < LANES; i += THREADS) {
    squares += dot(qkv[row + i], qkv[row + i]);
  }
  let scale = inverseSqrt(workgroup_sum(local, squares) / f32(HEAD_DIM) + EPS);
  for (var i = local; i < LANES; i += THREADS) {
    qkv[row + i] *= scale * weight[weights + i];
  }
}
