// Keeps copies of a layer's queries, keys and log-sum-exps for the inspection store, as attention used them:
// keys in the precision of the cache, both not rotated when positions are re-indexed.
//
// qkv        f32[tokens, HEADS + 2 * KV_HEADS, HEAD_DIM]
// attention  f32: see rows.wgsl
// q          f32[LAYERS, HEADS, capacity, HEAD_DIM]
// k          f32[LAYERS, KV_HEADS, capacity, HEAD_DIM]
// lse        f32[LAYERS, HEADS, capacity]
// One invocation a vec4; workgroups (ceil((HEADS + KV_HEADS) * LANES / 64), tokens).

override LANES: u32;

struct Store {
  capacity: u32,
}

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<uniform> store: Store;
@group(1) @binding(2) var<storage, read> qkv: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> attention: array<f32>;
@group(1) @binding(4) var<storage, read_write> q: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read_write> k: array<vec4<f32>>;
@group(1) @binding(6) var<storage, read_write> lse: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let part = id.x / LANES;
  if (part >= HEADS + KV_HEADS) {
    return;
  }
  let lane = id.x % LANES;
  let value = qkv[(id.y * (HEADS + 2u * KV_HEADS) + part) * LANES + lane];
  let position = frame.position + id.y;
  if (part < HEADS) {
    let row = (layer.index * HEADS + part) * store.capacity + position;
    q[row * LANES + lane] = value;
    if (lane == 0u) {
      lse[row] = attention[lse_at(part, id.y)];
    }
  } else {
    let row = (layer.index * KV_HEADS + part - HEADS) * store.capacity + position;
    k[row * LANES + lane] = vec4<f32>(vec4<elem>(value));
  }
}
