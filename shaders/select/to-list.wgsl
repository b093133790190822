// Writes the chosen indices of each row as a list.
//
// values, sizes  see select.wgsl
// lists          u32[rows, 1 + LIST_STRIDE]: how many are chosen, at most LIST_STRIDE, then their indices, ascending
// One workgroup of THREADS a row; rows go on from one row of workgroups to the next.

override LIST_STRIDE: u32;

@group(1) @binding(2) var<storage, read_write> lists: array<u32>;

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
  // Neighbouring values per invocation, so that sums over invocations go through the row in order.
  let length = sizes[row].x;
  let share = (length + THREADS - 1u) / THREADS;
  let start = min(local * share, length);
  let end = min(start + share, length);
  let before = sum_before(local, count_ranks(row, choice, start, end));
  var ties = before.y;
  let list = row * (1u + LIST_STRIDE);
  var to = list + 1u + before.x + max(ties, choice.left_out) - choice.left_out;
  for (var i = start; i < end; i++) {
    let rank = rank_of(row, i);
    if (is_chosen(choice, rank, ties)) {
      lists[to] = i;
      to++;
    }
    ties += u32(rank == choice.threshold);
  }
  if (local == THREADS - 1u) {
    lists[list] = to - list - 1u;
  }
}
