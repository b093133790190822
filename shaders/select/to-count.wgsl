// Counts the chosen indices of each row.
//
// values, sizes  see select.wgsl
// chosen         u32[rows]
// One workgroup of THREADS a row; rows go on from one row of workgroups to the next.

@group(1) @binding(2) var<storage, read_write> chosen: array<u32>;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = group.x + group.y * groups.x;
  if (row >= arrayLength(&sizes) || sizes[row].x == KEEP) {
    return;
  }
  let choice = choose(row, local);
  let length = sizes[row].x;
  let share = (length + THREADS - 1u) / THREADS;
  let start = min(local * share, length);
  let counts = count_ranks(row, choice, start, min(start + share, length));
  let total = sum_before(local, counts) + counts;
  if (local == THREADS - 1u) {
    chosen[row] = total.x + total.y - min(choice.left_out, total.y);
  }
}
