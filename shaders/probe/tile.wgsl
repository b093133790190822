// A tile of the attention map, recomputed at the resolution of the screen: each cell is the maximum or mean
// of the weights of its queries and keys. Long ranges of queries are sampled evenly, keys never.
//
// cells  f32[rows, columns]: a weight; else -1 where every key lies in the future, -2 where one was evicted, -3
//        where the strategy left the others out
// One invocation a cell; workgroups (ceil(columns / 64), rows).

struct Tile {
  layer: u32,
  head: u32,
  query_from: u32,
  query_to: u32,
  key_from: u32,
  key_to: u32,
  rows: u32,
  columns: u32,
  // Queries computed per cell, at most.
  samples: u32,
  // 0: maximum, 1: mean.
  pooling: u32,
}

@group(1) @binding(6) var<uniform> tile: Tile;
@group(1) @binding(7) var<storage, read_write> cells: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= tile.columns) {
    return;
  }
  let queries = tile.query_to - tile.query_from;
  let keys = tile.key_to - tile.key_from;
  let query_from = tile.query_from + border(queries, id.y, tile.rows);
  let query_to = tile.query_from + border(queries, id.y + 1u, tile.rows);
  let key_from = tile.key_from + border(keys, id.x, tile.columns);
  let key_to = tile.key_from + border(keys, id.x + 1u, tile.columns);
  let samples = min(tile.samples, query_to - query_from);

  var count = 0u;
  var sum = 0.0;
  var highest = 0.0;
  var hole = -1.0;
  for (var i = 0u; i < samples; i++) {
    // The last query of each part, so that the newest row of a range is always among the samples.
    let query = query_from + border(query_to - query_from, i + 1u, samples) - 1u;
    for (var key = key_from; key < min(key_to, query + 1u); key++) {
      if (evicted(tile.layer, tile.head, query, key)) {
        hole = -2.0;
        continue;
      }
      if (skipped(tile.layer, tile.head, query, key)) {
        hole = select(-3.0, hole, hole == -2.0);
        continue;
      }
      let weight = weight_of(tile.layer, tile.head, query, key);
      count++;
      sum += weight;
      highest = max(highest, weight);
    }
  }
  var cell = hole;
  if (count > 0u) {
    cell = select(highest, sum / f32(count), tile.pooling == 1u);
  }
  cells[id.y * tile.columns + id.x] = cell;
}

// Where part `index` of `parts` begins in a range of `length`, without overflow for lengths below 2^24.
fn border(length: u32, index: u32, parts: u32) -> u32 {
  return length / parts * index + length % parts * index / parts;
}
