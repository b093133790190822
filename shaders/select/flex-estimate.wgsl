// FlexPrefill (flex.wgsl) looks at the exact weights of the chunk's last BLOCK_TOKENS queries in each head:
// whether an estimate from means of blocks comes near them, and how much fell on each block of columns and of
// diagonals. Needs blocks, pages, rope (HEAD_DIM), forced and reduce.
//
// qkv        f32[tokens, HEADS + 2 * KV_HEADS, HEAD_DIM]; queries are read
// key_means  f32[LAYERS, KV_HEADS, KEY_BLOCKS, HEAD_DIM]: see block-means.wgsl
// lines      f32[2, HEADS, LINE_STRIDE]: weight on columns, then on diagonals
// aware      u32[HEADS]: 1 where the estimate is near: the head is query-aware
// sizes      u32[2, HEADS, 2]: for a selector by mass over the lines; of query-aware heads none
// values     f32[2, HEADS, KEY_BLOCKS]: weight on blocks of columns and of diagonals, the first one forced
// One workgroup a head.

override LANES: u32;
override KEY_BLOCKS: u32;
override LINE_STRIDE: u32;

const LOWEST: f32 = -3.0e38;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> qkv: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> key_means: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> lines: array<f32>;
@group(1) @binding(4) var<storage, read_write> aware: array<u32>;
@group(1) @binding(5) var<storage, read_write> sizes: array<vec2<u32>>;
@group(1) @binding(6) var<storage, read_write> values: array<f32>;

var<workgroup> mean_query: array<vec4<f32>, LANES>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let head = group.x;
  let rows = min(BLOCK_TOKENS, frame.tokens);
  for (var lane = local; lane < LANES; lane += THREADS) {
    var sum = vec4<f32>(0.0);
    for (var token = frame.tokens - rows; token < frame.tokens; token++) {
      sum += qkv[(token * (HEADS + 2u * KV_HEADS) + head) * LANES + lane];
    }
    mean_query[lane] = sum / f32(rows);
  }
  workgroupBarrier();

  var highest = LOWEST;
  for (var block = local; block < key_blocks(); block += THREADS) {
    highest = max(highest, score_of(head, block));
    for (var row = head; row < 2u * HEADS; row += HEADS) {
      values[row * KEY_BLOCKS + block] = select(block_sum(row, block), FORCED, block == 0u);
    }
  }
  highest = workgroup_max(local, highest);
  var sum = 0.0;
  for (var block = local; block < key_blocks(); block += THREADS) {
    sum += exp(score_of(head, block) - highest);
  }
  sum = workgroup_sum(local, sum);
  // Jensen-Shannon divergence of the estimate from the exact weights.
  var divergence = 0.0;
  for (var block = local; block < key_blocks(); block += THREADS) {
    let estimate = exp(score_of(head, block) - highest) / sum;
    let exact = block_sum(head, block) / f32(rows);
    let middle = (estimate + exact) / 2.0;
    divergence += 0.5 * (divergence_term(estimate, middle) + divergence_term(exact, middle));
  }
  divergence = workgroup_sum(local, divergence);
  if (local == 0u) {
    let near = !is_dense() && sqrt(max(divergence, 0.0)) < flex.tau;
    aware[head] = u32(near);
    let length = select(key_count(), 0u, near);
    sizes[head] = vec2<u32>(length, bitcast<u32>(flex.gamma));
    sizes[HEADS + head] = sizes[head];
  }
}

fn score_of(head: u32, block: u32) -> f32 {
  let key = ((layer.index * KV_HEADS + kv_head_of(head)) * KEY_BLOCKS + block) * LANES;
  var product = 0.0;
  for (var i = 0u; i < LANES; i++) {
    product += dot(mean_query[i], key_means[key + i]);
  }
  return product / sqrt(f32(HEAD_DIM));
}

// Weight of a block of lines.
fn block_sum(row: u32, block: u32) -> f32 {
  var sum = 0.0;
  for (var i = block * BLOCK_TOKENS; i < min((block + 1u) * BLOCK_TOKENS, key_count()); i++) {
    sum += lines[row * LINE_STRIDE + i];
  }
  return sum;
}

fn divergence_term(share: f32, middle: f32) -> f32 {
  // Where the share is 0 the term is 0 too, the limit of x ln x.
  if (share <= 0.0) {
    return 0.0;
  }
  return share * log(share / middle);
}
