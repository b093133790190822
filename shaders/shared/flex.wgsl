// What the kernels of FlexPrefill (Lai et al., arXiv 2502.20766) share. Needs frame and blocks.

struct Flex {
  // Share of the weight that the chosen pairs must cover.
  gamma: f32,
  // A head whose estimate is nearer to its exact weights than this is query-aware.
  tau: f32,
  // Tokens of columns, and of diagonals, that are computed at least.
  minimum: u32,
}

@group(1) @binding(7) var<uniform> flex: Flex;

// Tokens read so far, this chunk included.
fn key_count() -> u32 {
  return frame.position + frame.tokens;
}

// Whether every pair is computed: the text is short, or all of its weight is to be covered.
fn is_dense() -> bool {
  return flex.gamma >= 1.0 || key_count() <= max(2u * BLOCK_TOKENS, flex.minimum);
}
