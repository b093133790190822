// The plan of a chunk in one layer: which pairs of query and key a prefill pattern computes. A pair is
// computed if any part that is in use (a sum of the constants below) contains it. Keys are counted by
// slot; nothing was evicted yet, so slot and position are the same. Needs pages.wgsl and rows.wgsl.
//
// One buffer of u32:
// rows       [MAX_CHUNK, 2]: the query sees keys < first and keys >= second
// columns    [HEADS, words]: bit of a key that all later queries see
// diagonals  [HEADS, words]: bit of a distance query − key that is seen by all
// blocks     [HEADS, MAX_CHUNK / 16, block_words]: bit of 16 keys that 16 queries of the chunk see
// where words = frame.plan_words and block_words = frame.plan_block_words.

const PLAN_ROWS: u32 = 1u;
const PLAN_COLUMNS: u32 = 2u;
const PLAN_DIAGONALS: u32 = 4u;
const PLAN_BLOCKS: u32 = 8u;
const BLOCK: u32 = 16u;

fn plan_columns_at(head: u32) -> u32 {
  return 2u * MAX_CHUNK + head * frame.plan_words;
}

fn plan_diagonals_at(head: u32) -> u32 {
  return 2u * MAX_CHUNK + (HEADS + head) * frame.plan_words;
}

fn plan_blocks_at(head: u32, row: u32) -> u32 {
  return 2u * MAX_CHUNK + 2u * HEADS * frame.plan_words
    + (head * (MAX_CHUNK / BLOCK) + row / BLOCK) * frame.plan_block_words;
}
