// Exact attention weights of the past, from the inspection store: exp(score - log-sum-exp of the row), for
// any (query, key) that the query saw when it was computed. Needs frame, rope and pages.
//
// q           f32[LAYERS, HEADS, capacity, HEAD_DIM]
// k           f32[LAYERS, KV_HEADS, capacity, HEAD_DIM]
// lse         f32[LAYERS, HEADS, capacity]
// evicted_at  u32[LAYERS, KV_HEADS, capacity]

override LANES: u32;
override REINDEXED: bool;

struct Store {
  capacity: u32,
}

@group(1) @binding(0) var<uniform> store: Store;
@group(1) @binding(1) var<storage, read> q: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> k: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> lse: array<f32>;
@group(1) @binding(4) var<storage, read> evicted_at: array<u32>;

// Whether the key was gone when the query was computed.
fn evicted(layer: u32, head: u32, query: u32, key: u32) -> bool {
  return evicted_at[(layer * KV_HEADS + kv_head_of(head)) * store.capacity + key] <= query;
}

fn weight_of(layer: u32, head: u32, query: u32, key: u32) -> f32 {
  let row = (layer * HEADS + head) * store.capacity + query;
  let q_row = row * LANES;
  let k_row = ((layer * KV_HEADS + kv_head_of(head)) * store.capacity + key) * LANES;
  var score = 0.0;
  if (!REINDEXED) {
    for (var i = 0u; i < LANES; i++) {
      score += dot(q[q_row + i], k[k_row + i]);
    }
  } else {
    let distance = distance_in_cache(query, key);
    let half = HEAD_DIM / 2u;
    for (var pair = 0u; pair < half; pair++) {
      let other = pair + half;
      let q_pair = vec2<f32>(q[q_row + pair / 4u][pair % 4u], q[q_row + other / 4u][other % 4u]);
      let k_pair = vec2<f32>(k[k_row + pair / 4u][pair % 4u], k[k_row + other / 4u][other % 4u]);
      score += turned_product(distance, pair, q_pair, k_pair);
    }
  }
  return exp(score * frame.score_scale - lse[row]);
}
