// Maximum of the candidates' scores of each head, and the sum of exp(score - maximum): what turns scores
// into weights. Candidates are all slots but the first SINKS and the newest RECENT.
//
// gate    u32: 0: nothing is chosen this time
// scores  f32[HEADS, VALUE_STRIDE]
// sums    f32[HEADS, 2]
// One workgroup of THREADS a head; workgroups HEADS.

override VALUE_STRIDE: u32;
override SINKS: u32;
override RECENT: u32;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<storage, read> gate: u32;
@group(1) @binding(2) var<storage, read> scores: array<f32>;
@group(1) @binding(3) var<storage, read_write> sums: array<vec2<f32>>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  if (gate == 0u) {
    return;
  }
  let head = group.x;
  let end = slots_before(layer.index, kv_head_of(head)) + frame.tokens - RECENT;
  var highest = EXCLUDED;
  for (var slot = SINKS + local; slot < end; slot += THREADS) {
    highest = max(highest, scores[head * VALUE_STRIDE + slot]);
  }
  highest = workgroup_max(local, highest);
  var sum = 0.0;
  for (var slot = SINKS + local; slot < end; slot += THREADS) {
    sum += exp(scores[head * VALUE_STRIDE + slot] - highest);
  }
  sum = workgroup_sum(local, sum);
  if (local == 0u) {
    sums[head] = vec2<f32>(highest, sum);
  }
}
