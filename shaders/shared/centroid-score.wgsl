// The score of a query against a centroid. Needs `queries` and `centroids`.

const LOWEST: f32 = -3.0e38;

fn centroid_score(query: u32, centroid: u32) -> f32 {
  var product = 0.0;
  for (var i = 0u; i < LANES; i++) {
    product += dot(queries[query * LANES + i], centroids[centroid * LANES + i]);
  }
  return product / sqrt(f32(LANES * 4u));
}
