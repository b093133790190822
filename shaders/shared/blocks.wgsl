// The blocks of BLOCK_TOKENS tokens, a multiple of 16, that a method chooses. Chunks begin with a block. Needs
// frame.wgsl and rows.wgsl.

override BLOCK_TOKENS: u32;

// Blocks of queries in the chunk, and in the longest one.
fn row_blocks() -> u32 {
  return (frame.tokens + BLOCK_TOKENS - 1u) / BLOCK_TOKENS;
}

fn most_row_blocks() -> u32 {
  return MAX_CHUNK / BLOCK_TOKENS;
}

// The block of keys on the diagonal of a block of queries of the chunk.
fn own_block(row_block: u32) -> u32 {
  return frame.position / BLOCK_TOKENS + row_block;
}

// Blocks of keys so far, the chunk's own included.
fn key_blocks() -> u32 {
  return own_block(row_blocks());
}
