// Scores between groups of STRIDE queries of the chunk and groups of STRIDE keys, as XAttention estimates them
// (Xu et al., arXiv 2503.16428): the mean over the antidiagonal of their tile, over the root of the head size.
// A token that does not exist counts as a zero vector. With a STRIDE of 1 these are the exact scores of single
// pairs. Needs frame, rope (HEAD_DIM), pages, rows and reduce (THREADS). Nothing was evicted yet, so that slot
// and position are the same; positions must not be re-indexed.
//
// qkv   f32[tokens, HEADS + 2 * KV_HEADS, HEAD_DIM]; queries are read
// keys  elem[pages, 16, HEAD_DIM]

override LANES: u32;
// Divides the chunk's first position.
override STRIDE: u32 = 1u;
// Only the chunk's last so many groups of queries are looked at.
override LAST: u32 = MAX_CHUNK;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> qkv: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> keys: array<vec4<elem>>;

var<workgroup> q_tile: array<vec4<f32>, 4 * LANES>;

// Groups of queries in the chunk.
fn query_groups() -> u32 {
  return (frame.tokens + STRIDE - 1u) / STRIDE;
}

fn first_group() -> u32 {
  return query_groups() - min(LAST, query_groups());
}

// The last group of keys that a group of queries sees.
fn own_group(query_group: u32) -> u32 {
  return frame.position / STRIDE + query_group;
}

// Brings the queries into the tile that meet the keys at `offset` in their groups. All invocations must call.
fn load_queries(local: u32, head: u32, query_group: u32, offset: u32) {
  workgroupBarrier();
  for (var i = local; i < 4u * LANES; i += THREADS) {
    let token = (query_group + i / LANES) * STRIDE + STRIDE - 1u - offset;
    q_tile[i] = vec4<f32>(0.0);
    if (token < frame.tokens) {
      q_tile[i] = qkv[(token * (HEADS + 2u * KV_HEADS) + head) * LANES + i % LANES];
    }
  }
  workgroupBarrier();
}

// Scores of four groups of queries, from `query_group` on, for one group of keys. All invocations must call.
fn group_scores(local: u32, head: u32, query_group: u32, key_group: u32) -> vec4<f32> {
  var products = vec4<f32>(0.0);
  for (var offset = 0u; offset < STRIDE; offset++) {
    load_queries(local, head, query_group, offset);
    let key = key_group * STRIDE + offset;
    if (key < frame.position + frame.tokens) {
      let row = slot_row(layer.index, kv_head_of(head), key) * LANES;
      for (var i = 0u; i < LANES; i++) {
        let part = vec4<f32>(keys[row + i]);
        products += vec4<f32>(
          dot(q_tile[i], part),
          dot(q_tile[LANES + i], part),
          dot(q_tile[2u * LANES + i], part),
          dot(q_tile[3u * LANES + i], part),
        );
      }
    }
  }
  return products / (sqrt(f32(HEAD_DIM)) * f32(STRIDE));
}
