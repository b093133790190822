// Bounds on the scores of pages, as rows for a selector (select.wgsl): no key whose channels lie between
// minimum and maximum scores above sum over channels of max(q * min, q * max). The newest page is forced, and
// a head with a window reads all its pages.
//
// qkv     f32[1, HEADS + 2 * KV_HEADS, HEAD_DIM]
// stats   f32[LAYERS, KV_HEADS, STATS_STRIDE, KINDS, HEAD_DIM] of pages of 16 slots, see page-stats.wgsl
// values  f32[HEADS, VALUE_STRIDE]
// sizes   u32[HEADS, 2]: pages, how many to choose
// One invocation a page of PAGE slots; workgroups (ceil(pages / 64), HEADS).

override LANES: u32;
override STATS_STRIDE: u32;
override KINDS: u32;
override VALUE_STRIDE: u32;
// A multiple of 16.
override PAGE: u32;
// The bound of a page is the highest of those of its parts of 16 slots, instead of one over all of it.
override IN_PARTS: bool;
override FIRST_FORCED: bool;
// Pages to choose, where the head holds more than so many slots.
override BUDGET_PAGES: u32;
override BUDGET_SLOTS: u32;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> qkv: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> stats: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read_write> values: array<f32>;
@group(1) @binding(4) var<storage, read_write> sizes: array<vec2<u32>>;

var<workgroup> query: array<vec4<f32>, LANES>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let head = group.y;
  for (var i = local; i < LANES; i += 64u) {
    query[i] = qkv[head * LANES + i];
  }
  workgroupBarrier();
  let kv_head = kv_head_of(head);
  let held = head_state(layer.index, kv_head);
  let slots = held.slots + frame.tokens;
  let pages = (slots + PAGE - 1u) / PAGE;
  let page = id.x;
  if (page == 0u) {
    let all = slots <= BUDGET_SLOTS || held.recent != ALL;
    sizes[head] = vec2<u32>(pages, select(BUDGET_PAGES, pages, all));
  }
  if (page >= pages) {
    return;
  }
  var score = EXCLUDED;
  let parts = PAGE / PAGE_SLOTS;
  let first = (layer.index * KV_HEADS + kv_head) * STATS_STRIDE + page * parts;
  if (page + 1u == pages || (FIRST_FORCED && page == 0u)) {
    score = FORCED;
  } else if (IN_PARTS) {
    for (var part = 0u; part < parts; part++) {
      score = max(score, bound(first + part, 1u));
    }
  } else {
    score = bound(first, parts);
  }
  values[head * VALUE_STRIDE + page] = score;
}

// Over all keys of `parts` pages of 16 slots from `first` on.
fn bound(first: u32, parts: u32) -> f32 {
  var sum = vec4<f32>(0.0);
  for (var lane = 0u; lane < LANES; lane++) {
    let at = first * KINDS * LANES + lane;
    var lowest = stats[at];
    var highest = stats[at + LANES];
    for (var part = 1u; part < parts; part++) {
      lowest = min(lowest, stats[at + part * KINDS * LANES]);
      highest = max(highest, stats[at + (part * KINDS + 1u) * LANES]);
    }
    sum += max(query[lane] * lowest, query[lane] * highest);
  }
  return dot(sum, vec4<f32>(1.0));
}
