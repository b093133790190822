// The mean weight that each key of a layer gets, by head and over all heads.
//
// columns  f32 [PARTS, HEADS, tokens, 2] from word `columns` on: sums of weights and rows that saw the key, see
//          row-stats.wgsl; the first part becomes the mean (-1 where no row saw it) and the rows of all parts
// mass     f32[LAYERS, tokens]: mean over the heads in which a row saw the key, -1 where there is none
// One invocation a key; workgroups ceil(tokens / 64).

override HEADS: u32;

struct Columns {
  layer: u32,
  tokens: u32,
  parts: u32,
  columns: u32,
}

@group(1) @binding(0) var<uniform> at: Columns;
@group(1) @binding(1) var<storage, read_write> found: array<f32>;
@group(1) @binding(2) var<storage, read_write> mass: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let key = id.x;
  if (key >= at.tokens) {
    return;
  }
  var sum = 0.0;
  var heads = 0.0;
  for (var head = 0u; head < HEADS; head++) {
    var column = vec2<f32>(0.0);
    for (var part = 0u; part < at.parts; part++) {
      let word = at.columns + ((part * HEADS + head) * at.tokens + key) * 2u;
      column += vec2<f32>(found[word], found[word + 1u]);
    }
    let mean = column.x / max(column.y, 1.0);
    sum += mean;
    heads += f32(column.y > 0.0);
    let word = at.columns + (head * at.tokens + key) * 2u;
    found[word] = select(-1.0, mean, column.y > 0.0);
    found[word + 1u] = column.y;
  }
  mass[at.layer * at.tokens + key] = select(-1.0, sum / max(heads, 1.0), heads > 0.0);
}
