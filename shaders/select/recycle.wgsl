// Moves the list of a KV head on by one token: the new entry joins and, when TAKE are in the list, the one
// with the lowest weight leaves. Among equal weights the oldest leaves.
//
// gate      u32: if CHECKED and not 0, the lists were just made anew, and this step reads everything
// lists     u32[KV_HEADS, 1 + TAKE]: how many slots, then the slots, ascending
// weights   f32[KV_HEADS, VALUE_STRIDE]: by slot; what joins is worth FORCED
// selected  u32[KV_HEADS, 1 + LIST_STRIDE]: what the step reads, see selected.wgsl
// One workgroup of THREADS a KV head; workgroups KV_HEADS.

override VALUE_STRIDE: u32;
override LIST_STRIDE: u32;
override TAKE: u32;
override CHECKED: bool;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> gate: u32;
@group(1) @binding(2) var<storage, read_write> lists: array<u32>;
@group(1) @binding(3) var<storage, read_write> weights: array<f32>;
@group(1) @binding(4) var<storage, read_write> selected: array<u32>;

var<workgroup> held: u32;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let kv_head = group.x;
  let newest = slots_before(layer.index, kv_head);
  let list = kv_head * (1u + TAKE);
  let to = kv_head * (1u + LIST_STRIDE);
  if (CHECKED && gate != 0u) {
    for (var slot = local; slot <= newest; slot += THREADS) {
      selected[to + 1u + slot] = slot;
    }
    if (local == 0u) {
      selected[to] = newest + 1u;
    }
    return;
  }
  if (local == 0u) {
    held = lists[list];
  }
  let count = workgroupUniformLoad(&held);

  var lowest = FORCED;
  var place = TAKE;
  for (var i = local; i < count; i += THREADS) {
    let weight = weights[kv_head * VALUE_STRIDE + lists[list + 1u + i]];
    if (weight < lowest || place == TAKE) {
      lowest = weight;
      place = i;
    }
  }
  let least = -workgroup_max(local, -lowest);
  let first = -workgroup_max(local, select(EXCLUDED, -f32(place), lowest == least && place < TAKE));
  let leaves = select(TAKE, u32(first), count == TAKE);

  let total = min(count + 1u, TAKE);
  for (var start = 0u; start < total; start += THREADS) {
    let i = start + local;
    var slot = newest;
    if (i + 1u < total) {
      slot = lists[list + 1u + i + u32(i >= leaves)];
    }
    storageBarrier();
    if (i < total) {
      lists[list + 1u + i] = slot;
      selected[to + 1u + i] = slot;
    }
  }
  if (local == 0u) {
    lists[list] = total;
    selected[to] = total;
    weights[kv_head * VALUE_STRIDE + newest] = FORCED;
  }
}
