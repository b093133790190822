// The mean weight that a range of queries gives to one key, for every head: with the first key, the sink
// score of Gu et al. (arXiv 2410.10781). Queries for which the key was evicted or left out do not count. Of a
// long range every stride-th query is taken, the newest first.
//
// means  f32[LAYERS, HEADS]; -2 where no query saw the key
// One workgroup a head; workgroups (HEADS, LAYERS).

struct Range {
  key: u32,
  query_from: u32,
  query_to: u32,
  stride: u32,
}

@group(1) @binding(6) var<uniform> range: Range;
@group(1) @binding(7) var<storage, read_write> means: array<f32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  var sum = 0.0;
  var count = 0.0;
  let first = max(range.query_from, range.key);
  for (var back = local * range.stride; first + back < range.query_to; back += THREADS * range.stride) {
    let query = range.query_to - 1u - back;
    let gone = evicted(group.y, group.x, query, range.key) || skipped(group.y, group.x, query, range.key);
    if (!gone) {
      sum += weight_of(group.y, group.x, query, range.key);
      count += 1.0;
    }
  }
  sum = workgroup_sum(local, sum);
  count = workgroup_sum(local, count);
  if (local == 0u) {
    means[group.y * HEADS + group.x] = select(-2.0, sum / count, count > 0.0);
  }
}
