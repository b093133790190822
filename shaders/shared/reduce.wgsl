// Sum and maximum over a workgroup of THREADS invocations (a multiple of 16), without subgroups, whose size
// differs from adapter to adapter. All invocations must call, and all get the result.

override THREADS: u32 = 64u;

var<workgroup> reduction: array<f32, THREADS>;
var<workgroup> partial: array<f32, 16>;

fn workgroup_sum(local: u32, value: f32) -> f32 {
  reduction[local] = value;
  workgroupBarrier();
  if (local < 16u) {
    var sum = 0.0;
    for (var i = local; i < THREADS; i += 16u) {
      sum += reduction[i];
    }
    partial[local] = sum;
  }
  workgroupBarrier();
  var total = 0.0;
  for (var i = 0u; i < 16u; i++) {
    total += partial[i];
  }
  return total;
}

fn workgroup_max(local: u32, value: f32) -> f32 {
  reduction[local] = value;
  workgroupBarrier();
  if (local < 16u) {
    var highest = reduction[local];
    for (var i = local + 16u; i < THREADS; i += 16u) {
      highest = max(highest, reduction[i]);
    }
    partial[local] = highest;
  }
  workgroupBarrier();
  var highest = partial[0];
  for (var i = 1u; i < 16u; i++) {
    highest = max(highest, partial[i]);
  }
  return highest;
}
