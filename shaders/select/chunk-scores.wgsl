// Products of the newest query of each head, unrotated, with the representatives of the prompt's chunks, as
// rows for a selector (select.wgsl). The first and the last chunk are forced, and the tail: what begins
// behind the last full chunk of the prompt.
//
// qkv              f32[1, HEADS + 2 * KV_HEADS, HEAD_DIM]
// representatives  f32[KV_HEADS, CHUNKS, HEAD_DIM]
// values           f32[HEADS, VALUE_STRIDE]
// sizes            u32[HEADS, 2]: chunks with those of the tail; how many to choose: BUDGET, or all that are forced
// One invocation a chunk; workgroups (ceil(chunks / 64), HEADS).

override LANES: u32;
override VALUE_STRIDE: u32;
override CHUNK: u32;
// Full chunks of the prompt.
override CHUNKS: u32;
override BUDGET: u32;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> qkv: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> representatives: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read_write> values: array<f32>;
@group(1) @binding(4) var<storage, read_write> sizes: array<vec2<u32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let chunk = id.x;
  let head = id.y;
  let kv_head = kv_head_of(head);
  let slots = slots_before(layer.index, kv_head) + frame.tokens;
  let chunks = (slots + CHUNK - 1u) / CHUNK;
  if (chunk == 0u) {
    sizes[head] = vec2<u32>(chunks, max(BUDGET, min(CHUNKS, 2u) + chunks - CHUNKS));
  }
  if (chunk >= chunks) {
    return;
  }
  var score = FORCED;
  if (chunk > 0u && chunk + 1u < CHUNKS) {
    score = 0.0;
    for (var i = 0u; i < LANES; i++) {
      score += dot(qkv[head * LANES + i], representatives[(kv_head * CHUNKS + chunk) * LANES + i]);
    }
  }
  values[head * VALUE_STRIDE + chunk] = score;
}
