// Means of the chunk's queries and keys over blocks of BLOCK_TOKENS; the last block averages what is left.
// The means of earlier chunks' keys stay as they are. Needs blocks and pages.
//
// qkv          f32[tokens, HEADS + 2 * KV_HEADS, HEAD_DIM]; queries and keys are read, keys as the cache holds them
// query_means  f32[HEADS, MAX_CHUNK / BLOCK_TOKENS, HEAD_DIM]: by block of the chunk
// key_means    f32[LAYERS, KV_HEADS, KEY_BLOCKS, HEAD_DIM]: by block of the text
// One invocation a vec4; workgroups (ceil((HEADS + KV_HEADS) * LANES / 64), blocks of the chunk).

override LANES: u32;
override KEY_BLOCKS: u32;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> qkv: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read_write> query_means: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read_write> key_means: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let part = id.x / LANES;
  let lane = id.x % LANES;
  if (part >= HEADS + KV_HEADS) {
    return;
  }
  let first = id.y * BLOCK_TOKENS;
  let end = min(first + BLOCK_TOKENS, frame.tokens);
  var sum = vec4<f32>(0.0);
  for (var token = first; token < end; token++) {
    let value = qkv[(token * (HEADS + 2u * KV_HEADS) + part) * LANES + lane];
    if (part < HEADS) {
      sum += value;
    } else {
      sum += vec4<f32>(vec4<elem>(value));
    }
  }
  let mean = sum / f32(end - first);
  if (part < HEADS) {
    query_means[(part * most_row_blocks() + id.y) * LANES + lane] = mean;
  } else {
    let head = layer.index * KV_HEADS + part - HEADS;
    key_means[(head * KEY_BLOCKS + own_block(id.y)) * LANES + lane] = mean;
  }
}
