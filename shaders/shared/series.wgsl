// Values of heads, one series after the other; negative ones are missing.
//
// values  f32[heads, count, step], of which `component` is looked at

struct Series {
  count: u32,
  step: u32,
  component: u32,
}

@group(1) @binding(0) var<uniform> series: Series;
@group(1) @binding(1) var<storage, read> values: array<f32>;

fn value_at(head: u32, index: u32) -> f32 {
  return values[(head * series.count + index) * series.step + series.component];
}
