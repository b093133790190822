// Copies a buffer, for the time that takes: how fast this adapter's memory is.
//
// source       f32[n, 4]
// destination  f32[n, 4]
// An invocation copies 4 vec4, the whole grid apart, so that neighbours read neighbours;
// workgroups n / 1024, n a multiple of 1024.

@group(0) @binding(0) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> destination: array<vec4<f32>>;

@compute @workgroup_size(256)
fn main(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let apart = groups.x * 256u;
  for (var i = 0u; i < 4u; i++) {
    destination[id.x + i * apart] = source[id.x + i * apart];
  }
}
