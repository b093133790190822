// Rotary positions in the half-split order of Llama: dimension i is paired with i + HEAD_DIM / 2.
//
// GPU trigonometry is only good near zero, so angles come from a table made in double precision, in two
// levels that keep it small at any length: rope_table[p] for p < 256, then rope_table[256 + p / 256] for the
// multiples of 256, each row HEAD_DIM / 2 pairs (cos, sin). The two are combined by a complex product. A model
// whose layers rotate differently has several tables, one behind the other: `at` is where one begins.

override HEAD_DIM: u32;

// (cos, sin) of the angle of `position` for pair `pair` < HEAD_DIM / 2.
fn rope_angle(at: u32, position: u32, pair: u32) -> vec2<f32> {
  let half = HEAD_DIM / 2u;
  let fine = rope_table[at + (position % 256u) * half + pair];
  let coarse = rope_table[at + (256u + position / 256u) * half + pair];
  return vec2<f32>(fine.x * coarse.x - fine.y * coarse.y, fine.x * coarse.y + fine.y * coarse.x);
}

// What pair `pair` adds to the score of a query and a key that are not rotated yet, `distance` apart:
// q and k hold dimensions pair and pair + HEAD_DIM / 2. Rotations compose, so only the distance counts.
fn turned_product(at: u32, distance: u32, pair: u32, q: vec2<f32>, k: vec2<f32>) -> f32 {
  let angle = rope_angle(at, distance, pair);
  return dot(q, k) * angle.x + (q.x * k.y - q.y * k.x) * angle.y;
}
