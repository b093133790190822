// The share of dense attention's weight that lies on the pairs a row was really computed with: scores of the
// row's query against all earlier keys in the layer's window, evicted ones included, at their distances in the
// text.
//
// recalls  f32[HEADS, rows]
// One workgroup a row and head; workgroups (rows, HEADS).

const LOWEST: f32 = -3.0e38;

struct Rows {
  layer: u32,
  // Query of the first row.
  first: u32,
}

@group(1) @binding(6) var<uniform> rows: Rows;
@group(1) @binding(7) var<storage, read_write> recalls: array<f32>;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let head = group.y;
  let query = rows.first + group.x;
  var highest = LOWEST;
  var dense = 0.0;
  var computed = 0.0;
  for (var key = local; key <= query; key += THREADS) {
    if (outside(rows.layer, query, key)) {
      continue;
    }
    let score = score_of(rows.layer, head, query, key, query - key);
    if (score > highest) {
      let shrink = exp(highest - score);
      dense *= shrink;
      computed *= shrink;
      highest = score;
    }
    let weight = exp(score - highest);
    dense += weight;
    if (!evicted(rows.layer, head, query, key) && !left_out(rows.layer, head, query, key)) {
      computed += weight;
    }
  }
  let shrink = exp(highest - workgroup_max(local, highest));
  dense = workgroup_sum(local, dense * shrink);
  computed = workgroup_sum(local, computed * shrink);
  if (local == 0u) {
    recalls[head * groups.x + group.x] = computed / dense;
  }
}
