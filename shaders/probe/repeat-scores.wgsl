// How much each head looks back in a text that repeats a segment: the echo score is the weight on the same
// token in the earlier copies, the induction score that on the tokens after those (RazorAttention, arXiv
// 2407.15891). Means over the rows from the second copy on.
//
// scores  f32[LAYERS, HEADS, 2]: echo, induction
// One workgroup a head; workgroups (HEADS, LAYERS).

struct Repeats {
  // Position where the first copy begins.
  begin: u32,
  // Tokens of a copy.
  period: u32,
  // Position after the last copy.
  end: u32,
}

@group(1) @binding(6) var<uniform> repeats: Repeats;
@group(1) @binding(7) var<storage, read_write> scores: array<f32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let first = repeats.begin + repeats.period;
  var echo = 0.0;
  var induction = 0.0;
  for (var query = first + local; query < repeats.end; query += THREADS) {
    for (var back = repeats.period; back <= query - repeats.begin; back += repeats.period) {
      echo += weight_of(group.y, group.x, query, query - back);
      induction += weight_of(group.y, group.x, query, query - back + 1u);
    }
  }
  echo = workgroup_sum(local, echo);
  induction = workgroup_sum(local, induction);
  if (local == 0u) {
    let rows = f32(repeats.end - first);
    let at = (group.y * HEADS + group.x) * 2u;
    scores[at] = echo / rows;
    scores[at + 1u] = induction / rows;
  }
}
