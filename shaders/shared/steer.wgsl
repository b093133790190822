// Steering: what is added to a score for where its key stands in the text. Needs frame.wgsl.

fn steered(layer: Layer, head: u32, position: u32) -> f32 {
  let outside = position >= frame.steer_from && position < frame.steer_to;
  return select(0.0, frame.steer_bias, outside && has_head(layer.steered_heads, head));
}
