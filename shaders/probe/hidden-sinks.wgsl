// Lists the keys of a layer whose mean weight is above a threshold, without the first of each head: hidden
// sinks (ACT, arXiv 2406.15765).
//
// found  f32 [HEADS, tokens, 2] from word `columns` on: means and rows, see column-means.wgsl
// list   u32: how many, then for each its head, position, the bits of its mean, and its rows; in no order
// One workgroup a head.

override HEADS: u32;

struct Search {
  tokens: u32,
  columns: u32,
  threshold: f32,
}

@group(1) @binding(0) var<uniform> search: Search;
@group(1) @binding(1) var<storage, read> found: array<f32>;
@group(1) @binding(2) var<storage, read_write> list: array<atomic<u32>>;

var<workgroup> first: atomic<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let columns = search.columns + group.x * search.tokens * 2u;
  if (local == 0u) {
    atomicStore(&first, search.tokens);
  }
  workgroupBarrier();
  for (var key = local; key < search.tokens; key += 64u) {
    if (found[columns + key * 2u] > search.threshold) {
      atomicMin(&first, key);
      break;
    }
  }
  workgroupBarrier();
  let start = atomicLoad(&first) + 1u;
  for (var key = start + local; key < search.tokens; key += 64u) {
    let mean = found[columns + key * 2u];
    if (mean > search.threshold) {
      let at = 1u + 4u * atomicAdd(&list[0], 1u);
      atomicStore(&list[at], group.x);
      atomicStore(&list[at + 1u], key);
      atomicStore(&list[at + 2u], bitcast<u32>(mean));
      atomicStore(&list[at + 3u], u32(found[columns + key * 2u + 1u]));
    }
  }
}
