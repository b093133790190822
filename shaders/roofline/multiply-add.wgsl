// Multiplies and adds numbers in registers, for the time that takes: how fast this adapter computes in f32.
// Eight chains of vec4 that do not wait for each other; ROUNDS times 64 floating-point operations an invocation.
//
// numbers  f32[256, 4]: start values, read and written so that nothing is computed in vain

override ROUNDS: u32;

@group(0) @binding(0) var<storage, read_write> numbers: array<vec4<f32>>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) local: u32) {
  let start = numbers[local];
  // Below 1, so that the chains stay finite.
  let factor = vec4<f32>(0.5) + fract(start) / 4.0;
  var a = start;
  var b = start + 1.0;
  var c = start + 2.0;
  var d = start + 3.0;
  var e = start + 4.0;
  var f = start + 5.0;
  var g = start + 6.0;
  var h = start + 7.0;
  for (var i = 0u; i < ROUNDS; i++) {
    a = fma(a, factor, start);
    b = fma(b, factor, start);
    c = fma(c, factor, start);
    d = fma(d, factor, start);
    e = fma(e, factor, start);
    f = fma(f, factor, start);
    g = fma(g, factor, start);
    h = fma(h, factor, start);
  }
  let all = a + b + c + d + e + f + g + h;
  // Never true, but only the GPU could know.
  if (all.x == -1.0) {
    numbers[local] = all;
  }
}
