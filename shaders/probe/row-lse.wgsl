// Log-sum-exp of the scores of groups of queries (groups.wgsl), each over the groups of keys that it sees.
//
// lse  f32[HEADS, MAX_CHUNK]: by group of queries in the chunk
// A workgroup handles four groups of queries; workgroups (ceil(groups / 4), HEADS).

const LOWEST: f32 = -3.0e38;

@group(1) @binding(3) var<storage, read_write> lse: array<f32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let head = group.y;
  let row = first_group() + 4u * group.x;
  let own = own_group(row) + vec4<u32>(0u, 1u, 2u, 3u);
  var highest = vec4<f32>(LOWEST);
  var sum = vec4<f32>(0.0);
  for (var start = 0u; start <= own[3]; start += THREADS) {
    let score = group_scores(local, head, row, start + local);
    let visible = vec4<u32>(start + local) <= own;
    let above = max(highest, select(vec4<f32>(LOWEST), score, visible));
    sum = sum * exp(highest - above) + select(vec4<f32>(0.0), exp(score - above), visible);
    highest = above;
  }
  for (var r = 0u; r < 4u; r++) {
    let above = workgroup_max(local, highest[r]);
    let total = workgroup_sum(local, sum[r] * exp(highest[r] - above));
    if (local == 0u && row + r < query_groups()) {
      lse[head * MAX_CHUNK + row + r] = above + log(total);
    }
  }
}
