// Adds up the weights exp(score - log-sum-exp) that groups of queries give to groups of keys (groups.wgsl).
//
// lse   f32[HEADS, MAX_CHUNK]: see row-lse.wgsl
// sums  f32[HEADS, ROW_BLOCKS, SUM_STRIDE]: one sum for ROWS groups of queries and COLUMNS groups of keys; rows
//       begin with the first group of queries that is looked at
// A workgroup handles THREADS groups of keys and the rows of one sum;
// workgroups (ceil(groups of keys / THREADS), row blocks, HEADS).

override ROWS: u32;
// Divides THREADS.
override COLUMNS: u32 = 1u;
override ROW_BLOCKS: u32 = 1u;
override SUM_STRIDE: u32;

@group(1) @binding(3) var<storage, read> lse: array<f32>;
@group(1) @binding(4) var<storage, read_write> sums: array<f32>;

var<workgroup> columns: array<f32, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let head = group.z;
  let first = first_group() + group.y * ROWS;
  let end = min(first + ROWS, query_groups());
  let key = group.x * THREADS + local;
  var sum = 0.0;
  for (var row = first; row < end; row += 4u) {
    let scores = group_scores(local, head, row, key);
    for (var r = row; r < min(row + 4u, end); r++) {
      if (key <= own_group(r)) {
        sum += exp(scores[r - row] - lse[head * MAX_CHUNK + r]);
      }
    }
  }
  columns[local] = sum;
  workgroupBarrier();
  let at = key / COLUMNS;
  if (local % COLUMNS == 0u && at < SUM_STRIDE) {
    for (var i = 1u; i < COLUMNS; i++) {
      sum += columns[local + i];
    }
    sums[(head * ROW_BLOCKS + group.y) * SUM_STRIDE + at] = sum;
  }
}
