// Adds the exact attention weights of rows [first, end) of the submission to the scores of the slots, row by
// row: score ← decay · score + the query heads' weights, reduced over those that share the KV head. Slots of
// this submission begin at 0. A pair that was not computed counts 0: needs unplanned.wgsl, or planned.wgsl
// and chunk-plan.wgsl. Positions must not be re-indexed.
//
// qkv        f32[tokens, HEADS + 2 * KV_HEADS, HEAD_DIM]; queries are read
// keys       elem[pages, 16, HEAD_DIM]
// entries    Entry[pages, 16]
// attention  f32: log-sum-exp of the rows, see rows.wgsl
// scores     f32[pages, 16]
// A workgroup handles 64 slots of one KV head, an invocation one slot, against 4 queries at a time;
// workgroups (ceil(slots / 64), KV_HEADS), HEAD_DIM at most 256.

override LANES: u32;
override REDUCE: u32;

const SUM: u32 = 0u;
const MEAN: u32 = 1u;
const MAX: u32 = 2u;

struct Observed {
  first: u32,
  end: u32,
  decay: f32,
}

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<uniform> observed: Observed;
@group(1) @binding(2) var<storage, read> qkv: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> keys: array<vec4<elem>>;
@group(1) @binding(4) var<storage, read> entries: array<Entry>;
@group(1) @binding(5) var<storage, read> attention: array<f32>;
@group(1) @binding(6) var<storage, read_write> scores: array<f32>;

var<workgroup> q_tile: array<vec4<f32>, 4 * LANES>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let kv_head = group.y;
  let held = head_state(layer.index, kv_head);
  let group_heads = HEADS / KV_HEADS;
  let first_slot = group.x * 64u;
  let slot = first_slot + local;
  let exists = slot < held.slots + frame.tokens;
  var row = 0u;
  var entry: Entry;
  var score = 0.0;
  if (exists) {
    row = slot_row(layer.index, kv_head, slot);
    entry = entries[row];
    if (slot < held.slots) {
      score = scores[row];
    }
  }

  // Rows before the first slot see none of the 64, and the scores of such slots are still 0.
  let first_query = max(observed.first, max(first_slot, held.slots) - held.slots);
  for (var query = first_query; query < observed.end; query += 4u) {
    let queries = min(4u, observed.end - query);
    var reduced = vec4<f32>(0.0);
    for (var head = kv_head * group_heads; head < (kv_head + 1u) * group_heads; head++) {
      workgroupBarrier();
      for (var i = local; i < queries * LANES; i += 64u) {
        q_tile[i] = qkv[((query + i / LANES) * (HEADS + 2u * KV_HEADS) + head) * LANES + i % LANES];
      }
      workgroupBarrier();
      if (exists) {
        let bias = entry.bias + steered(layer, head, entry.position);
        let products = tile_products(row);
        for (var r = 0u; r < queries; r++) {
          if (computed(held, head, query + r, slot, entry.position)) {
            let score = capped(products[r] * frame.score_scale) + bias;
            let weight = exp(score - attention[lse_at(head, query + r)]);
            reduced[r] = select(reduced[r] + weight, max(reduced[r], weight), REDUCE == MAX);
          }
        }
      }
    }
    if (REDUCE == MEAN) {
      reduced /= f32(group_heads);
    }
    for (var r = 0u; r < queries; r++) {
      score = observed.decay * score + reduced[r];
    }
  }
  if (exists) {
    scores[row] = score;
  }
}

// Products of the four queries with the key of a row.
fn tile_products(row: u32) -> vec4<f32> {
  var products = vec4<f32>(0.0);
  for (var i = 0u; i < LANES; i++) {
    let key = vec4<f32>(keys[row * LANES + i]);
    products += vec4<f32>(
      dot(q_tile[i], key),
      dot(q_tile[LANES + i], key),
      dot(q_tile[2u * LANES + i], key),
      dot(q_tile[3u * LANES + i], key),
    );
  }
  return products;
}

fn computed(held: HeadState, head: u32, row: u32, slot: u32, position: u32) -> bool {
  let query = held.slots + row;
  return sees(held, query, slot) && in_window(layer.window, frame.position + row, position)
    && (in_ranges(head, row, query, slot) || in_columns(head, slot));
}
