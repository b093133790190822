// The weight of a product as plain values. Takes the place of block-weights.wgsl.
//
// w  elem[rows, 4 * columns4()]; the kernel tells the columns

@group(1) @binding(1) var<storage, read> w: array<vec4<elem>>;

// Where a row is: its first vec4.
alias WeightRow = u32;

fn weight_row(row: u32) -> WeightRow {
  return row * columns4();
}

// Columns 4i to 4i + 3 of a row.
fn weights_at(row: WeightRow, i: u32) -> vec4<elem> {
  return w[row + i];
}
