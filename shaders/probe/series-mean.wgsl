// The mean of some of the series (series.wgsl), value by value.
//
// chosen  u32: the heads whose series count
// mean    f32[count]; -1 where every value is missing
// One invocation a value; workgroups ceil(count / 64).

@group(1) @binding(2) var<storage, read> chosen: array<u32>;
@group(1) @binding(3) var<storage, read_write> mean: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= series.count) {
    return;
  }
  var sum = 0.0;
  var count = 0.0;
  for (var i = 0u; i < arrayLength(&chosen); i++) {
    let value = value_at(chosen[i], id.x);
    sum += max(value, 0.0);
    count += f32(value >= 0.0);
  }
  mean[id.x] = select(-1.0, sum / max(count, 1.0), count > 0.0);
}
