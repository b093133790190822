// Adds up the pairs of query and key that a chunk's attention computed, so that density is measured.
//
// attention  f32: see rows.wgsl
// counts     u32[LAYERS, HEADS, 2]: pairs computed while the prompt was read, entries read by decode steps
// One workgroup a head.

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> attention: array<f32>;
@group(1) @binding(2) var<storage, read_write> counts: array<u32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  var pairs = 0.0;
  for (var row = local; row < frame.tokens; row += THREADS) {
    pairs += attention[pairs_at(group.x, row)];
  }
  // Below 2^24 in a chunk as long as texts stay below 32,768 tokens, so that the sum is exact.
  pairs = workgroup_sum(local, pairs);
  if (local == 0u) {
    counts[(layer.index * HEADS + group.x) * 2u] += u32(pairs);
  }
}
