// What attention leaves behind, one buffer of f32: the output of every query [MAX_CHUNK, OUT_STRIDE], then for
// every query head and query the log-sum-exp of its scores and the number of keys that it was compared with,
// [HEADS, MAX_CHUNK] each. OUT_STRIDE is HEADS * HEAD_DIM rounded up to 4.

override OUT_STRIDE: u32;

const MAX_CHUNK: u32 = 512u;

fn lse_at(head: u32, row: u32) -> u32 {
  return MAX_CHUNK * OUT_STRIDE + head * MAX_CHUNK + row;
}

fn pairs_at(head: u32, row: u32) -> u32 {
  return MAX_CHUNK * OUT_STRIDE + (HEADS + head) * MAX_CHUNK + row;
}
