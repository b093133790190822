// Joins what one query got from two sets of entries that have none in common, by their log-sum-exps: as if it
// had been compared with all of them at once.
//
// attention  f32: row 0 of outputs, log-sum-exp and pairs over one set, then over both, see rows.wgsl
// other      f32: the same over the other set
// One workgroup a head.

override HEAD_DIM: u32;

@group(1) @binding(0) var<storage, read_write> attention: array<f32>;
@group(1) @binding(1) var<storage, read> other: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let head = group.x;
  let at = lse_at(head, 0u);
  let own = attention[at];
  let highest = max(own, other[at]);
  let sum = exp(own - highest) + exp(other[at] - highest);
  let share = exp(own - highest) / sum;
  // All invocations read the log-sum-exp before one of them overwrites it.
  storageBarrier();
  for (var dim = head * HEAD_DIM + local; dim < (head + 1u) * HEAD_DIM; dim += 64u) {
    attention[dim] = share * attention[dim] + (1.0 - share) * other[dim];
  }
  if (local == 0u) {
    attention[at] = highest + log(sum);
    attention[pairs_at(head, 0u)] += other[pairs_at(head, 0u)];
  }
}
