// Takes the new queries, keys and values over: scales queries as the score rule wants, rotates queries and
// keys in place by their position in the text, and writes keys, values and entries to the slots behind those
// that the cache holds. When REINDEXED nothing is rotated here: the place of a key changes as others leave,
// so attention rotates.
//
// qkv      f32[tokens, HEADS + 2 * KV_HEADS, HEAD_DIM]: queries, keys, values
// keys     elem[pages, 16, HEAD_DIM]
// values   elem[pages, 16, HEAD_DIM]
// entries  Entry[pages, 16]
// One invocation a pair (i, i + HEAD_DIM / 2) of one head;
// workgroups (ceil((HEADS + 2 * KV_HEADS) * HEAD_DIM / 2 / 64), tokens).

override REINDEXED: bool;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read_write> qkv: array<f32>;
@group(1) @binding(2) var<storage, read_write> keys: array<elem>;
@group(1) @binding(3) var<storage, read_write> values: array<elem>;
@group(1) @binding(4) var<storage, read_write> entries: array<Entry>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let half = HEAD_DIM / 2u;
  let parts = HEADS + 2u * KV_HEADS;
  if (id.x >= parts * half) {
    return;
  }
  let part = id.x / half;
  let pair = id.x % half;
  let token = id.y;
  let position = frame.position + token;
  let at = (token * parts + part) * HEAD_DIM + pair;
  var first = qkv[at];
  var second = qkv[at + half];

  if (part < HEADS) {
    let scale = max(layer.scale_least, layer.scale_per_log * log(f32(position + 1u)));
    first *= scale;
    second *= scale;
  }
  if (part < HEADS + KV_HEADS) {
    if (!REINDEXED) {
      let angle = rope_angle(layer.angles_at, position, pair);
      let rotated = first * angle.x - second * angle.y;
      second = first * angle.y + second * angle.x;
      first = rotated;
    }
    qkv[at] = first;
    qkv[at + half] = second;
  }
  if (part < HEADS) {
    return;
  }
  let kv_head = (part - HEADS) % KV_HEADS;
  let row = slot_row(layer.index, kv_head, slots_before(layer.index, kv_head) + token);
  if (part < HEADS + KV_HEADS) {
    keys[row * HEAD_DIM + pair] = elem(first);
    keys[row * HEAD_DIM + pair + half] = elem(second);
    if (pair == 0u) {
      entries[row] = Entry(position, 0.0);
    }
  } else {
    values[row * HEAD_DIM + pair] = elem(first);
    values[row * HEAD_DIM + pair + half] = elem(second);
  }
}
