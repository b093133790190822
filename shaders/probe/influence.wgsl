// How much later rows look at each position: the mean weight that it gets from the rows `nearest` to
// `farthest` tokens after it (FAI of arXiv 2510.13554, for each head alone).
//
// influences  f32[LAYERS, HEADS, rows]; -1 where no such row saw the position
// One invocation a position and head; workgroups (ceil(positions / 64), HEADS).

struct Horizon {
  layer: u32,
  // Rows [0, rows) of the text count.
  rows: u32,
  nearest: u32,
  farthest: u32,
  // Positions [begin, end) are computed in this submission.
  begin: u32,
  end: u32,
}

@group(1) @binding(6) var<uniform> horizon: Horizon;
@group(1) @binding(7) var<storage, read_write> influences: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let key = horizon.begin + id.x;
  if (key >= horizon.end) {
    return;
  }
  let head = id.y;
  var sum = 0.0;
  var count = 0.0;
  let end = min(key + horizon.farthest + 1u, horizon.rows);
  for (var query = key + horizon.nearest; query < end; query++) {
    if (!evicted(horizon.layer, head, query, key) && !skipped(horizon.layer, head, query, key)) {
      sum += weight_of(horizon.layer, head, query, key);
      count += 1.0;
    }
  }
  let at = (horizon.layer * HEADS + head) * horizon.rows + key;
  influences[at] = select(-1.0, sum / max(count, 1.0), count > 0.0);
}
