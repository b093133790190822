// Makes rows for a selector (select.wgsl) from the weight on columns and diagonals: the first ones are forced.
// Needs frame, pages and forced.
//
// budgets  u32[LAYERS, 2, HEADS, 2]: how many are forced, and how many chosen with them
// values   f32[2, HEADS, VALUE_STRIDE]: columns, then diagonals; in place
// sizes    u32[2, HEADS, 2]: keys of the text so far, how many are chosen
// One workgroup a row: 2 * HEADS.

override VALUE_STRIDE: u32;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> budgets: array<vec2<u32>>;
@group(1) @binding(2) var<storage, read_write> values: array<f32>;
@group(1) @binding(3) var<storage, read_write> sizes: array<vec2<u32>>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let row = group.x;
  let budget = budgets[layer.index * 2u * HEADS + row];
  let length = frame.position + frame.tokens;
  for (var i = local; i < min(budget.x, length); i += 64u) {
    values[row * VALUE_STRIDE + i] = FORCED;
  }
  if (local == 0u) {
    sizes[row] = vec2<u32>(length, budget.y);
  }
}
