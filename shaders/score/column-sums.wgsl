// Adds the exact attention weights of this submission's rows to what each position of the text got from each
// query head so far. Rows of a chunk saw all that their head held. Positions must not be re-indexed.
//
// qkv        f32[tokens, HEADS + 2 * KV_HEADS, HEAD_DIM]; queries are read
// keys       elem[pages, 16, HEAD_DIM]
// entries    Entry[pages, 16]
// attention  f32: log-sum-exp of the rows, see rows.wgsl
// columns    f32[LAYERS, HEADS, length, 2]: sum of weights, and rows that could give some
// A workgroup handles 64 slots of one head, an invocation one slot, against 4 queries at a time;
// workgroups (ceil(slots / 64), HEADS), HEAD_DIM at most 256.

override LANES: u32;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<uniform> calibration: Calibration;
@group(1) @binding(2) var<storage, read> qkv: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> keys: array<vec4<elem>>;
@group(1) @binding(4) var<storage, read> entries: array<Entry>;
@group(1) @binding(5) var<storage, read> attention: array<f32>;
@group(1) @binding(6) var<storage, read_write> columns: array<vec2<f32>>;

var<workgroup> q_tile: array<vec4<f32>, 4 * LANES>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let head = group.y;
  if (!has_head(calibration.heads, head)) {
    return;
  }
  let kv_head = kv_head_of(head);
  let held = head_state(layer.index, kv_head);
  let first_slot = group.x * 64u;
  let slot = first_slot + local;
  let exists = slot < held.slots + frame.tokens;
  var row = 0u;
  var entry: Entry;
  if (exists) {
    row = slot_row(layer.index, kv_head, slot);
    entry = entries[row];
  }

  var column = vec2<f32>(0.0);
  // Rows before the first slot see none of the 64.
  let first_query = max(first_slot, held.slots) - held.slots;
  for (var query = first_query; query < frame.tokens; query += 4u) {
    let queries = min(4u, frame.tokens - query);
    workgroupBarrier();
    for (var i = local; i < queries * LANES; i += 64u) {
      q_tile[i] = qkv[((query + i / LANES) * (HEADS + 2u * KV_HEADS) + head) * LANES + i % LANES];
    }
    workgroupBarrier();
    if (exists) {
      var score = vec4<f32>(0.0);
      for (var i = 0u; i < LANES; i++) {
        let key = vec4<f32>(keys[row * LANES + i]);
        score += vec4<f32>(
          dot(q_tile[i], key),
          dot(q_tile[LANES + i], key),
          dot(q_tile[2u * LANES + i], key),
          dot(q_tile[3u * LANES + i], key),
        );
      }
      score = all_capped(score * frame.score_scale) + entry.bias;
      for (var r = 0u; r < queries; r++) {
        if (sees(held, held.slots + query + r, slot)
          && in_window(layer.window, frame.position + query + r, entry.position)) {
          column += vec2<f32>(exp(score[r] - attention[lse_at(head, query + r)]), 1.0);
        }
      }
    }
  }
  if (exists) {
    columns[column_at(layer.index, head, entry.position)] += column;
  }
}
