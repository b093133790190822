// The threshold above which KEEP_PERCENT of the keys of all layers and heads lie, by the weights of their
// clusters: the largest weight that at least the other keys do not exceed; -1 if all are to be kept.
//
// weights     f32[LAYERS, HEADS, CLUSTER_STRIDE], not negative
// sizes       u32[LAYERS, KV_HEADS, CLUSTER_STRIDE]: keys in each cluster, 0 where there is none
// thresholds  f32: one is written, at [LEVEL]
// One workgroup of 256.

override LAYERS: u32;
override CLUSTER_STRIDE: u32;
override LEVEL: u32;
override KEEP_PERCENT: u32;

@group(1) @binding(0) var<storage, read> weights: array<f32>;
@group(1) @binding(1) var<storage, read> sizes: array<u32>;
@group(1) @binding(2) var<storage, read_write> thresholds: array<f32>;

var<workgroup> counts: array<u32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) local: u32) {
  // No weight has all bits set.
  let keys = keys_below(local, 0xffffffffu);
  // In parts that stay below 2^32.
  let percent = 100u - KEEP_PERCENT;
  let dropped = keys / 100u * percent + keys % 100u * percent / 100u;
  // Bits of floats that are not negative grow with them: the highest value with too few keys below it.
  var bits = 0u;
  for (var bit = 30u; bit < 31u; bit--) {
    let trial = bits | (1u << bit);
    if (keys_below(local, trial) < dropped) {
      bits = trial;
    }
  }
  if (local == 0u) {
    thresholds[LEVEL] = select(bitcast<f32>(bits), -1.0, dropped == 0u);
  }
}

// Keys of all layers and heads whose weight lies below. All must call.
fn keys_below(local: u32, bits: u32) -> u32 {
  var count = 0u;
  for (var i = local; i < LAYERS * HEADS * CLUSTER_STRIDE; i += 256u) {
    if (bitcast<u32>(weights[i]) < bits) {
      let row = i / CLUSTER_STRIDE;
      let kv_head = row / HEADS * KV_HEADS + kv_head_of(row % HEADS);
      count += sizes[kv_head * CLUSTER_STRIDE + i % CLUSTER_STRIDE];
    }
  }
  workgroupBarrier();
  counts[local] = count;
  for (var reach = 128u; reach > 0u; reach /= 2u) {
    workgroupBarrier();
    if (local < reach) {
      counts[local] += counts[local + reach];
    }
  }
  workgroupBarrier();
  return counts[0];
}
