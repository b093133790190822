// Opens the gate if the query has drifted: if its cosine with the query at the last opening is below the
// threshold, or if there was none. An opening remembers the query.
//
// qkv   f32[1, HEADS + 2 * KV_HEADS, HEAD_DIM]
// last  f32: 1 once there was an opening, then its query: all heads, or their sum
// gate  u32: 1 open, 0 closed
// One workgroup of THREADS.

override LANES: u32;
// The query is the sum over the heads, instead of all of them in a row.
override SUM_HEADS: bool;

struct Drift {
  threshold: f32,
}

@group(1) @binding(0) var<uniform> drift: Drift;
@group(1) @binding(1) var<storage, read> qkv: array<f32>;
@group(1) @binding(2) var<storage, read_write> last: array<f32>;
@group(1) @binding(3) var<storage, read_write> gate: u32;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) local: u32) {
  let length = select(HEADS * LANES * 4u, LANES * 4u, SUM_HEADS);
  var product = 0.0;
  var own = 0.0;
  var other = 0.0;
  for (var i = local; i < length; i += THREADS) {
    let value = query_at(i);
    product += value * last[1u + i];
    own += value * value;
    other += last[1u + i] * last[1u + i];
  }
  product = workgroup_sum(local, product);
  own = workgroup_sum(local, own);
  other = workgroup_sum(local, other);
  let lengths = sqrt(own) * sqrt(other);
  let cosine = select(0.0, product / lengths, lengths > 0.0);
  let opens = last[0] == 0.0 || cosine < drift.threshold;
  // What is written now, others may still be reading.
  storageBarrier();
  if (local == 0u) {
    gate = u32(opens);
    last[0] = 1.0;
  }
  if (opens) {
    for (var i = local; i < length; i += THREADS) {
      last[1u + i] = query_at(i);
    }
  }
}

fn query_at(index: u32) -> f32 {
  if (!SUM_HEADS) {
    return qkv[index];
  }
  var sum = 0.0;
  for (var head = 0u; head < HEADS; head++) {
    sum += qkv[head * LANES * 4u + index];
  }
  return sum;
}
