// Adds up the weights exp(score - log-sum-exp) that the chunk's last queries give to the keys at the same
// distance before them. Needs groups.wgsl with a STRIDE of 1.
//
// lse   f32[HEADS, MAX_CHUNK]: see row-lse.wgsl
// sums  f32[2, HEADS, SUM_STRIDE]: column-sums.wgsl fills the first half, this the second
// An invocation a distance; workgroups (ceil(keys / THREADS), HEADS).

override SUM_STRIDE: u32;

@group(1) @binding(3) var<storage, read> lse: array<f32>;
@group(1) @binding(4) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let head = group.y;
  let distance = group.x * THREADS + local;
  var sum = 0.0;
  for (var row = first_group(); row < frame.tokens; row += 4u) {
    load_queries(local, head, row, 0u);
    for (var r = row; r < min(row + 4u, frame.tokens); r++) {
      if (distance <= own_group(r)) {
        let key = slot_row(layer.index, kv_head_of(head), own_group(r) - distance) * LANES;
        var product = 0.0;
        for (var i = 0u; i < LANES; i++) {
          product += dot(q_tile[(r - row) * LANES + i], vec4<f32>(keys[key + i]));
        }
        sum += exp(product / sqrt(f32(HEAD_DIM)) - lse[head * MAX_CHUNK + r]);
      }
    }
  }
  if (distance < SUM_STRIDE) {
    sums[(HEADS + head) * SUM_STRIDE + distance] = sum;
  }
}
