// Columns of attention maps, summed up per query head while a text is read. Needs frame.wgsl and pages.wgsl.

// What is calibrated in a layer.
struct Calibration {
  // Longest text of the run.
  length: u32,
  // A column whose mean exceeds this is a sink.
  threshold: f32,
  // What hidden sinks keep of their weight.
  strength: f32,
  padding: u32,
  // Bit h of the 256: query head h is calibrated.
  heads: array<vec4<u32>, 2>,
}

fn column_at(layer: u32, head: u32, position: u32) -> u32 {
  return (layer * HEADS + head) * calibration.length + position;
}
