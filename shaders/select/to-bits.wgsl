// Sets the bits of the chosen indices of each row and clears the row's others.
//
// values, sizes  see select.wgsl
// bits           u32: BITS_STRIDE words a row from word BITS_START on
// One workgroup of THREADS a row; rows go on from one row of workgroups to the next.

override BITS_START: u32;
override BITS_STRIDE: u32;

@group(1) @binding(2) var<storage, read_write> bits: array<u32>;

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
  // Neighbouring values per invocation, so that sums over invocations go through the row in order; whole
  // words, so that no two write the same one.
  let length = sizes[row].x;
  let words = (length + 31u) / 32u;
  let share = (words + THREADS - 1u) / THREADS * 32u;
  let start = min(local * share, length);
  let end = min(start + share, length);
  var ties = sum_before(local, count_ranks(row, choice, start, end)).y;
  let first_word = BITS_START + row * BITS_STRIDE;
  var word = 0u;
  for (var i = start; i < end; i++) {
    let rank = rank_of(row, i);
    word |= u32(is_chosen(choice, rank, ties)) << (i % 32u);
    ties += u32(rank == choice.threshold);
    if (i % 32u == 31u || i + 1u == end) {
      bits[first_word + i / 32u] = word;
      word = 0u;
    }
  }
  for (var i = words + local; i < BITS_STRIDE; i += THREADS) {
    bits[first_word + i] = 0u;
  }
}
