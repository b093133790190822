// Folds entries that are about to leave into one compensation entry a head, which stands for all that a head
// ever dropped: the mean of their keys, the mean of their values, and a score bias of the logarithm of their
// number. It takes the place, and the position, of the newest of them.
//
// folding  u32[LAYERS * KV_HEADS]: 1 where the head drops entries; the others are left alone
// sums     f32[LAYERS * KV_HEADS, 2, HEAD_DIM]: keys and values that were folded so far, added up
// keys     elem[pages, 16, HEAD_DIM], values likewise
// entries  Entry[pages, 16]
// One workgroup a head.

override HEAD_DIM: u32;

struct Fold {
  // Slots that are folded now: [first, end).
  first: u32,
  end: u32,
  // Entries folded so far, these included.
  total: u32,
}

@group(1) @binding(0) var<uniform> fold: Fold;
@group(1) @binding(1) var<storage, read> folding: array<u32>;
@group(1) @binding(2) var<storage, read_write> sums: array<f32>;
@group(1) @binding(3) var<storage, read_write> keys: array<elem>;
@group(1) @binding(4) var<storage, read_write> values: array<elem>;
@group(1) @binding(5) var<storage, read_write> entries: array<Entry>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let head = group.x;
  let layer = head / KV_HEADS;
  let kv_head = head % KV_HEADS;
  if (folding[head] == 0u) {
    return;
  }
  let place = slot_row(layer, kv_head, fold.end - 1u);
  for (var dim = local; dim < HEAD_DIM; dim += 64u) {
    let at = head * 2u * HEAD_DIM + dim;
    var key = sums[at];
    var value = sums[at + HEAD_DIM];
    for (var slot = fold.first; slot < fold.end; slot++) {
      let row = slot_row(layer, kv_head, slot) * HEAD_DIM + dim;
      key += f32(keys[row]);
      value += f32(values[row]);
    }
    sums[at] = key;
    sums[at + HEAD_DIM] = value;
    keys[place * HEAD_DIM + dim] = elem(key / f32(fold.total));
    values[place * HEAD_DIM + dim] = elem(value / f32(fold.total));
  }
  if (local == 0u) {
    entries[place].bias = log(f32(fold.total));
  }
}
