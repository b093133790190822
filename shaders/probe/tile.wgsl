// A tile of the attention map, recomputed at the resolution of the screen: each cell is the maximum or mean
// of the weights of its queries and keys. Heads and layers may be merged: for each pair first the heads of a
// layer that saw it, then the layers that saw it. Long ranges are sampled evenly.
//
// cells  f32[rows, columns]: a weight; else -1 where every key lies in the future, -2 where one was evicted, -3
//        where the strategy left the others out
// An invocation computes four queries at a time, so that a key is read once for all of them: those of four
// rows, or four samples of one row where its cells have that many. A workgroup has 64 columns of such a band
// of rows; workgroups are counted along a band, then band after band, from first_group on.

// More than one head takes part.
override MERGES: bool;

const FUTURE: f32 = -1.0;
const EVICTED: f32 = -2.0;
const SKIPPED: f32 = -3.0;
const MEAN: u32 = 1u;

struct Tile {
  // Those that are merged: [from, to).
  layer_from: u32,
  layer_to: u32,
  head_from: u32,
  head_to: u32,
  query_from: u32,
  query_to: u32,
  key_from: u32,
  key_to: u32,
  rows: u32,
  columns: u32,
  // Queries and keys computed per cell, at most.
  query_samples: u32,
  key_samples: u32,
  // How pairs, heads and layers become one; 0: maximum, 1: mean.
  over_pairs: u32,
  over_heads: u32,
  over_layers: u32,
  first_group: u32,
}

@group(1) @binding(6) var<uniform> tile: Tile;
@group(1) @binding(7) var<storage, read_write> cells: array<f32>;

// Several weights of four queries on the way to one; holes do not count.
struct Merged {
  count: vec4<f32>,
  sum: vec4<f32>,
  highest: vec4<f32>,
  hole: vec4<f32>,
}

fn none() -> Merged {
  return Merged(vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(FUTURE));
}

fn added(merged: Merged, weight: vec4<f32>) -> Merged {
  let seen = weight >= vec4<f32>(0.0);
  let counted = select(vec4<f32>(0.0), weight, seen);
  let worse = (weight == vec4<f32>(EVICTED)) | ((weight == vec4<f32>(SKIPPED)) & (merged.hole != vec4<f32>(EVICTED)));
  return Merged(
    merged.count + select(vec4<f32>(0.0), vec4<f32>(1.0), seen),
    merged.sum + counted,
    max(merged.highest, counted),
    select(merged.hole, weight, worse),
  );
}

fn value_of(merged: Merged, how: u32) -> vec4<f32> {
  let mean = merged.sum / max(merged.count, vec4<f32>(1.0));
  return select(merged.hole, select(merged.highest, mean, how == MEAN), merged.count > vec4<f32>(0.0));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let across = (tile.columns + 63u) / 64u;
  let band = (tile.first_group + group.x) / across;
  let column = (tile.first_group + group.x) % across * 64u + local;
  if (column >= tile.columns) {
    return;
  }
  let lanes = vec4<u32>(0u, 1u, 2u, 3u);
  let one_row = tile.query_samples >= 4u;
  let rows = select(4u * band + lanes, vec4<u32>(band), one_row);
  let in_tile = rows < vec4<u32>(tile.rows);
  let queries = tile.query_to - tile.query_from;
  let query_from = borders(vec4<u32>(queries), rows, vec4<u32>(tile.rows));
  let spans = borders(vec4<u32>(queries), rows + 1u, vec4<u32>(tile.rows)) - query_from;
  let samples = max(min(vec4<u32>(tile.query_samples), spans), vec4<u32>(1u));
  let steps = select(tile.query_samples, (tile.query_samples + 3u) / 4u, one_row);

  let keys = tile.key_to - tile.key_from;
  let key_from = tile.key_from + border(keys, column, tile.columns);
  let key_span = tile.key_from + border(keys, column + 1u, tile.columns) - key_from;
  let key_samples = min(tile.key_samples, key_span);

  var cell = none();
  for (var step = 0u; step < steps; step++) {
    let sample = select(vec4<u32>(step), 4u * step + lanes, one_row);
    // The last query of each part, so that the newest row of a range is always among the samples, and the
    // first key, so that the first token is.
    let wanted = in_tile & (sample < samples);
    let query = select(
      vec4<u32>(0u),
      tile.query_from + query_from + borders(spans, sample + 1u, samples) - 1u,
      wanted,
    );
    let newest = max(max(query.x, query.y), max(query.z, query.w));
    for (var i = 0u; i < key_samples; i++) {
      var key = key_from + i;
      if (key_samples < key_span) {
        key = key_from + border(key_span, i, key_samples);
      }
      if (key > newest) {
        break;
      }
      let past = wanted & (vec4<u32>(key) <= query);
      cell = added(cell, select(vec4<f32>(FUTURE), pair_weights(query, key), past));
    }
  }

  if (one_row) {
    // The four samples of a step become one: their sums and counts, not their means.
    let total = Merged(
      vec4<f32>(dot(cell.count, vec4<f32>(1.0))),
      vec4<f32>(dot(cell.sum, vec4<f32>(1.0))),
      vec4<f32>(max(max(cell.highest.x, cell.highest.y), max(cell.highest.z, cell.highest.w))),
      vec4<f32>(worst_hole(cell.hole)),
    );
    if (in_tile.x) {
      cells[band * tile.columns + column] = value_of(total, tile.over_pairs).x;
    }
    return;
  }
  let values = value_of(cell, tile.over_pairs);
  for (var lane = 0u; lane < 4u; lane++) {
    if (in_tile[lane]) {
      cells[rows[lane] * tile.columns + column] = values[lane];
    }
  }
}

fn worst_hole(holes: vec4<f32>) -> f32 {
  if (any(holes == vec4<f32>(EVICTED))) {
    return EVICTED;
  }
  return select(FUTURE, SKIPPED, any(holes == vec4<f32>(SKIPPED)));
}

// The weights that four queries gave to a key, merged over heads and layers.
fn pair_weights(queries: vec4<u32>, key: u32) -> vec4<f32> {
  if (!MERGES) {
    return head_weights(tile.layer_from, tile.head_from, queries, key);
  }
  var layers = none();
  for (var layer = tile.layer_from; layer < tile.layer_to; layer++) {
    var heads = none();
    for (var head = tile.head_from; head < tile.head_to; head++) {
      heads = added(heads, head_weights(layer, head, queries, key));
    }
    layers = added(layers, value_of(heads, tile.over_heads));
  }
  return value_of(layers, tile.over_layers);
}

fn head_weights(layer: u32, head: u32, queries: vec4<u32>, key: u32) -> vec4<f32> {
  let gone = vec4<u32>(evicted_at[(layer * KV_HEADS + kv_head_of(head)) * store.capacity + key]) <= queries;
  let left_out = vec4<bool>(
    skipped(layer, head, queries.x, key), skipped(layer, head, queries.y, key),
    skipped(layer, head, queries.z, key), skipped(layer, head, queries.w, key),
  );
  if (all(gone | left_out)) {
    return select(vec4<f32>(SKIPPED), vec4<f32>(EVICTED), gone);
  }
  return select(
    select(four_weights(layer, head, queries, key), vec4<f32>(SKIPPED), left_out),
    vec4<f32>(EVICTED),
    gone,
  );
}

fn four_weights(layer: u32, head: u32, queries: vec4<u32>, key: u32) -> vec4<f32> {
  if (REINDEXED) {
    var weights = vec4<f32>(0.0);
    for (var lane = 0u; lane < 4u; lane++) {
      if (key <= queries[lane]) {
        weights[lane] = weight_of(layer, head, queries[lane], key);
      }
    }
    return weights;
  }
  let lse_rows = (layer * HEADS + head) * store.capacity + queries;
  let q_rows = lse_rows * LANES;
  let k_row = ((layer * KV_HEADS + kv_head_of(head)) * store.capacity + key) * LANES;
  var scores = vec4<f32>(0.0);
  for (var i = 0u; i < LANES; i++) {
    let part = k[k_row + i];
    scores += vec4<f32>(
      dot(q[q_rows.x + i], part), dot(q[q_rows.y + i], part),
      dot(q[q_rows.z + i], part), dot(q[q_rows.w + i], part),
    );
  }
  let sums = vec4<f32>(lse[lse_rows.x], lse[lse_rows.y], lse[lse_rows.z], lse[lse_rows.w]);
  return exp(all_capped(scores * frame.score_scale) + steered_bias(layer, head, key) - sums);
}

// Where part `index` of `parts` begins in a range of `length`, without overflow for lengths below 2^24.
fn border(length: u32, index: u32, parts: u32) -> u32 {
  if (length == parts) {
    return index;
  }
  return length / parts * index + length % parts * index / parts;
}

fn borders(length: vec4<u32>, index: vec4<u32>, parts: vec4<u32>) -> vec4<u32> {
  return length / parts * index + length % parts * index / parts;
}
