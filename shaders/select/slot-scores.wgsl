// Scores of the newest query of each head against all slots, as rows for a selector (select.wgsl): the
// product divided by sqrt(HEAD_DIM), plus the entry's bias. Slots that the query does not see are excluded.
//
// gate     u32: 0: nothing is chosen this time, KEEP
// qkv      f32[1, HEADS + 2 * KV_HEADS, HEAD_DIM]
// keys     elem[pages, 16, HEAD_DIM]
// entries  Entry[pages, 16]
// scores   f32[HEADS, VALUE_STRIDE]
// sizes    u32[HEADS, 2]: slots, TAKE
// One invocation a slot; workgroups (ceil(slots / 64), HEADS).

override LANES: u32;
override VALUE_STRIDE: u32;
override TAKE: u32;
// Not 0: keys are not rotated and count as if they stood so many positions before the query.
override DISTANCE: u32;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> gate: u32;
@group(1) @binding(2) var<storage, read> qkv: array<f32>;
@group(1) @binding(3) var<storage, read> keys: array<vec4<elem>>;
@group(1) @binding(4) var<storage, read> entries: array<Entry>;
@group(1) @binding(5) var<storage, read_write> scores: array<f32>;
@group(1) @binding(6) var<storage, read_write> sizes: array<vec2<u32>>;

var<workgroup> query: array<f32, HEAD_DIM>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let head = group.y;
  let slot = id.x;
  let kv_head = kv_head_of(head);
  let held = head_state(layer.index, kv_head);
  let slots = held.slots + frame.tokens;
  if (slot == 0u) {
    sizes[head] = vec2<u32>(select(slots, KEEP, gate == 0u), TAKE);
  }
  if (gate == 0u) {
    return;
  }
  let half = HEAD_DIM / 2u;
  for (var pair = local; pair < half; pair += 64u) {
    var angle = vec2<f32>(1.0, 0.0);
    if (DISTANCE != 0u) {
      angle = rope_angle(layer.angles_at, DISTANCE, pair);
    }
    let first = qkv[head * HEAD_DIM + pair];
    let second = qkv[head * HEAD_DIM + pair + half];
    query[pair] = first * angle.x - second * angle.y;
    query[pair + half] = first * angle.y + second * angle.x;
  }
  workgroupBarrier();
  if (slot >= slots) {
    return;
  }
  var score = EXCLUDED;
  if (sees(held, slots - 1u, slot)) {
    let row = slot_row(layer.index, kv_head, slot);
    var product = 0.0;
    for (var i = 0u; i < LANES; i++) {
      let part = vec4<f32>(query[4u * i], query[4u * i + 1u], query[4u * i + 2u], query[4u * i + 3u]);
      product += dot(part, vec4<f32>(keys[row * LANES + i]));
    }
    score = product / sqrt(f32(HEAD_DIM)) + entries[row].bias;
  }
  scores[head * VALUE_STRIDE + slot] = score;
}
