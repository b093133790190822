// Draws the next token from the logits. temperature 0: the largest, the lowest id among equals. Otherwise
// the k largest, of these the smallest set with a share of at least top_p, and a draw in proportion to
// exp(logit / temperature) by a seeded hash of the position, so that a run can be repeated.
// Thresholds are found bit by bit on the ordered integer form of the logits: no sort, ties stay in.
//
// logits  f32[VOCAB]
// ids     u32[…]: ids[0] becomes the next submission's token
// drawn   u32[1]: the same, for read-back
// One workgroup of THREADS.

override VOCAB: u32;

struct Sampling {
  temperature: f32,
  // 0: all tokens.
  top_k: u32,
  // 1: all tokens.
  top_p: f32,
  seed: u32,
}

@group(1) @binding(0) var<uniform> sampling: Sampling;
@group(1) @binding(1) var<storage, read> logits: array<f32>;
@group(1) @binding(2) var<storage, read_write> ids: array<u32>;
@group(1) @binding(3) var<storage, read_write> drawn: array<u32>;

var<workgroup> candidates: array<u32, THREADS>;
var<workgroup> masses: array<f32, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) local: u32) {
  // Neighbouring ids per invocation, so that a running sum over invocations goes through the ids in order.
  let share = (VOCAB + THREADS - 1u) / THREADS;
  let first = min(local * share, VOCAB);
  let to = min(first + share, VOCAB);

  var highest = -3.0e38;
  var best = VOCAB;
  for (var i = first; i < to; i++) {
    if (best == VOCAB || logits[i] > highest) {
      highest = logits[i];
      best = i;
    }
  }
  let own = highest;
  highest = workgroup_max(local, highest);

  if (sampling.temperature == 0.0) {
    candidates[local] = select(VOCAB, best, best < VOCAB && own == highest);
    workgroupBarrier();
    if (local == 0u) {
      var token = candidates[0];
      for (var i = 1u; i < THREADS; i++) {
        token = min(token, candidates[i]);
      }
      // A model gone wrong (logits not a number) has no largest: end the text rather than read past it.
      token = min(token, VOCAB - 1u);
      ids[0] = token;
      drawn[0] = token;
    }
    return;
  }

  var threshold = 0u;
  if (sampling.top_k > 0u && sampling.top_k < VOCAB) {
    for (var bit = 31u; bit < 32u; bit--) {
      let trial = threshold | (1u << bit);
      var count = 0.0;
      for (var i = first; i < to; i++) {
        count += select(0.0, 1.0, ordered(logits[i]) >= trial);
      }
      if (workgroup_sum(local, count) >= f32(sampling.top_k)) {
        threshold = trial;
      }
    }
  }
  if (sampling.top_p < 1.0) {
    let wanted = sampling.top_p * workgroup_sum(local, mass(first, to, highest, threshold));
    var narrowed = 0u;
    for (var bit = 31u; bit < 32u; bit--) {
      let trial = narrowed | (1u << bit);
      if (workgroup_sum(local, mass(first, to, highest, max(trial, threshold))) >= wanted) {
        narrowed = trial;
      }
    }
    threshold = max(threshold, narrowed);
  }

  masses[local] = mass(first, to, highest, threshold);
  workgroupBarrier();
  if (local == 0u) {
    var total = 0.0;
    for (var i = 0u; i < THREADS; i++) {
      total += masses[i];
    }
    let target_mass = random() * total;
    var passed = 0.0;
    var token = VOCAB - 1u;
    var found = false;
    for (var i = 0u; i < THREADS && !found; i++) {
      if (passed + masses[i] <= target_mass) {
        passed += masses[i];
        continue;
      }
      for (var id = i * share; id < min((i + 1u) * share, VOCAB) && !found; id++) {
        if (ordered(logits[id]) >= threshold) {
          passed += exp((logits[id] - highest) / sampling.temperature);
          // Rounding may leave the target just above the last kept token: that one is then taken.
          token = id;
          found = passed > target_mass;
        }
      }
      found = true;
    }
    ids[0] = token;
    drawn[0] = token;
  }
}

// Sum of exp((logit - highest) / temperature) over tokens first … to - 1 at or above the threshold.
fn mass(first: u32, to: u32, highest: f32, threshold: u32) -> f32 {
  var sum = 0.0;
  for (var i = first; i < to; i++) {
    if (ordered(logits[i]) >= threshold) {
      sum += exp((logits[i] - highest) / sampling.temperature);
    }
  }
  return sum;
}

// An integer that grows with the float.
fn ordered(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
}

// Uniform in [0, 1) from seed and position: the PCG hash (Jarzynski & Olano, JCGT 2020), 24 bits of it.
fn random() -> f32 {
  return f32(pcg(sampling.seed ^ pcg(frame.position + frame.tokens)) >> 8u) / 16777216.0;
}

fn pcg(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}
