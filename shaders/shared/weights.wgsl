// Exact attention weights of the past, from the inspection store: exp(score - log-sum-exp of the row), for
// any (query, key) that the query was compared with. Needs frame, rope, pages, rows, plan, planned and steer.
//
// q           f32[LAYERS, HEADS, capacity, HEAD_DIM]
// k           f32[LAYERS, KV_HEADS, capacity, HEAD_DIM]
// lse         f32[LAYERS, HEADS, capacity]
// evicted_at  u32[LAYERS, KV_HEADS, capacity]
// records     u32: of every layer its steered heads, window and angles_at [LAYERS, 10], then the plans of the prompt's chunks [chunks, LAYERS, plan_size],
//             then what decode steps read [steps, LAYERS, HEADS, 1 + plan_words]: 1 if a list was read, and
//             bits of the positions in it

override LANES: u32;
override LAYERS: u32;
// Words of a layer at the beginning of the records.
const LAYER_WORDS: u32 = 10u;
override REINDEXED: bool;
// False only for a run that left nothing out: then nothing is looked up in its records.
override LEAVES_OUT: bool = true;

struct Store {
  capacity: u32,
  // Position of the first token that was not read with the prompt.
  first_decoded: u32,
  // Position of the first token that no plan was made for; 0: no plans.
  planned_to: u32,
  // Parts of the plans that are in use.
  plan_parts: u32,
  // Where the plans begin in the records, words of one, and tokens of a chunk.
  plans: u32,
  plan_size: u32,
  plan_chunk: u32,
  // Where the records of decode steps begin; 0: there are none.
  reads: u32,
  // 1: re-indexed places must be counted, because what a query read is no window.
  ranked: u32,
}

@group(1) @binding(0) var<uniform> store: Store;
@group(1) @binding(1) var<storage, read> q: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> k: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> lse: array<f32>;
@group(1) @binding(4) var<storage, read> evicted_at: array<u32>;
@group(1) @binding(5) var<storage, read> records: array<u32>;

var<private> plan_start: u32;

fn plan_word(index: u32) -> u32 {
  return records[plan_start + index];
}

fn plan_parts() -> u32 {
  return store.plan_parts;
}

// Whether the key was gone when the query was computed.
fn evicted(layer: u32, head: u32, query: u32, key: u32) -> bool {
  return evicted_at[(layer * KV_HEADS + kv_head_of(head)) * store.capacity + key] <= query;
}

// Whether the key was there, but the strategy or the layer's window left it out.
fn skipped(layer: u32, head: u32, query: u32, key: u32) -> bool {
  return outside(layer, query, key) || left_out(layer, head, query, key);
}

// Whether the layer's window hides the key.
fn outside(layer: u32, query: u32, key: u32) -> bool {
  return WINDOWED && !in_window(records[layer * LAYER_WORDS + 8u], query, key);
}

// Whether the strategy left the key out.
fn left_out(layer: u32, head: u32, query: u32, key: u32) -> bool {
  if (!LEAVES_OUT) {
    return false;
  }
  if (query < store.first_decoded) {
    if (query >= store.planned_to) {
      return false;
    }
    let chunk = query / store.plan_chunk;
    plan_start = store.plans + (chunk * LAYERS + layer) * store.plan_size;
    return !in_ranges(head, query - chunk * store.plan_chunk, query, key) && !in_columns(head, key);
  }
  if (store.reads == 0u) {
    return false;
  }
  let row = (query - store.first_decoded) * LAYERS * HEADS + layer * HEADS + head;
  let at = store.reads + row * (1u + frame.plan_words);
  return records[at] == 1u && ((records[at + 1u + key / 32u] >> (key % 32u)) & 1u) == 0u;
}

// How many entries after the key, up to the query, the query read: the distance of re-indexed positions.
fn distance_among_read(layer: u32, head: u32, query: u32, key: u32) -> u32 {
  var distance = 0u;
  for (var other = key + 1u; other <= query; other++) {
    if (!evicted(layer, head, query, other) && !left_out(layer, head, query, other)) {
      distance++;
    }
  }
  return distance;
}

fn steered_bias(layer: u32, head: u32, key: u32) -> f32 {
  let heads = (records[layer * LAYER_WORDS + head / 32u] >> (head % 32u)) & 1u;
  return select(0.0, frame.steer_bias, heads == 1u && key >= frame.steer_from && key < frame.steer_to);
}

fn score_of(layer: u32, head: u32, query: u32, key: u32, distance: u32) -> f32 {
  let q_row = ((layer * HEADS + head) * store.capacity + query) * LANES;
  let k_row = ((layer * KV_HEADS + kv_head_of(head)) * store.capacity + key) * LANES;
  var score = 0.0;
  if (!REINDEXED) {
    for (var i = 0u; i < LANES; i++) {
      score += dot(q[q_row + i], k[k_row + i]);
    }
  } else {
    let half = HEAD_DIM / 2u;
    for (var pair = 0u; pair < half; pair++) {
      let other = pair + half;
      let q_pair = vec2<f32>(q[q_row + pair / 4u][pair % 4u], q[q_row + other / 4u][other % 4u]);
      let k_pair = vec2<f32>(k[k_row + pair / 4u][pair % 4u], k[k_row + other / 4u][other % 4u]);
      score += turned_product(records[layer * LAYER_WORDS + 9u], distance, pair, q_pair, k_pair);
    }
  }
  return capped(score * frame.score_scale) + steered_bias(layer, head, key);
}

fn weight_of(layer: u32, head: u32, query: u32, key: u32) -> f32 {
  var distance = 0u;
  if (REINDEXED) {
    if (store.ranked == 1u) {
      distance = distance_among_read(layer, head, query, key);
    } else {
      distance = distance_in_cache(head_state(layer, kv_head_of(head)), query, key);
    }
  }
  let row = (layer * HEADS + head) * store.capacity + query;
  return exp(score_of(layer, head, query, key, distance) - lse[row]);
}
