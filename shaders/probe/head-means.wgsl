// The mean of each series (series.wgsl).
//
// means  f32[heads]; -1 where every value is missing
// One workgroup a head.

@group(1) @binding(2) var<storage, read_write> means: array<f32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  var sum = 0.0;
  var count = 0.0;
  for (var index = local; index < series.count; index += THREADS) {
    let value = value_at(group.x, index);
    sum += max(value, 0.0);
    count += f32(value >= 0.0);
  }
  sum = workgroup_sum(local, sum);
  count = workgroup_sum(local, count);
  if (local == 0u) {
    means[group.x] = select(-1.0, sum / max(count, 1.0), count > 0.0);
  }
}
