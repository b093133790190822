// Turns what covers the weight in each head (counted by to-count.wgsl) into FlexPrefill's budgets of blocks
// (flex.wgsl), for selectors by count. Needs blocks and pages.
//
// aware        u32[HEADS]: 1 where a head is query-aware
// line_counts  u32[2, HEADS]: columns and diagonals that cover the share
// pair_counts  u32[HEADS]: pairs of blocks that reach the share
// line_sizes   u32[2, HEADS, 2]: for blocks of columns and of diagonals
// pair_sizes   u32[HEADS, 2]: for pairs of blocks; their number is given
// One invocation a head; workgroups ceil(HEADS / 64).

@group(1) @binding(0) var<storage, read> aware: array<u32>;
@group(1) @binding(1) var<storage, read> line_counts: array<u32>;
@group(1) @binding(2) var<storage, read> pair_counts: array<u32>;
@group(1) @binding(3) var<storage, read_write> line_sizes: array<vec2<u32>>;
@group(1) @binding(4) var<storage, read_write> pair_sizes: array<vec2<u32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let head = id.x;
  if (head >= HEADS) {
    return;
  }
  let least = max(1u, (flex.minimum + BLOCK_TOKENS - 1u) / BLOCK_TOKENS);
  for (var row = head; row < 2u * HEADS; row += HEADS) {
    let covering = line_counts[row] / BLOCK_TOKENS + 1u;
    line_sizes[row] = vec2<u32>(key_blocks(), select(max(least, covering), least, aware[head] == 1u));
  }
  // Pairs are taken while their sum stays within the share: without the one that reaches it.
  pair_sizes[head].y = max(pair_counts[head], 1u) - 1u;
}
