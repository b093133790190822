// How far two models of the next token are apart: the Kullback-Leibler divergence KL(p | q) = sum p (ln p - ln q)
// of the distributions that two rows of logits stand for, at temperature 1, in nats.
//
// p_logits, q_logits  f32[…, VOCAB]
// tokens              u32[rows]: the tokens that were taken
// results             f32[rows, 5]: the divergence, ln p and ln q of the token, the most likely token of p and
//                     of q, the lowest id among equals
// One workgroup of THREADS a row.

override VOCAB: u32;

const LOWEST: f32 = -3.0e38;

struct Rows {
  // Row of the logits that the first row compares.
  p_first: u32,
  q_first: u32,
}

@group(1) @binding(0) var<uniform> rows: Rows;
@group(1) @binding(1) var<storage, read> p_logits: array<f32>;
@group(1) @binding(2) var<storage, read> q_logits: array<f32>;
@group(1) @binding(3) var<storage, read> tokens: array<u32>;
@group(1) @binding(4) var<storage, read_write> results: array<f32>;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let p_row = (rows.p_first + group.x) * VOCAB;
  let q_row = (rows.q_first + group.x) * VOCAB;
  var p_highest = LOWEST;
  var q_highest = LOWEST;
  for (var i = local; i < VOCAB; i += THREADS) {
    p_highest = max(p_highest, p_logits[p_row + i]);
    q_highest = max(q_highest, q_logits[q_row + i]);
  }
  p_highest = workgroup_max(local, p_highest);
  q_highest = workgroup_max(local, q_highest);

  var p_sum = 0.0;
  var q_sum = 0.0;
  // Token ids are negated, so that the largest is the lowest id; below 2^24 they are exact in f32.
  var p_top = LOWEST;
  var q_top = LOWEST;
  for (var i = local; i < VOCAB; i += THREADS) {
    let p_logit = p_logits[p_row + i];
    let q_logit = q_logits[q_row + i];
    p_sum += exp(p_logit - p_highest);
    q_sum += exp(q_logit - q_highest);
    p_top = select(p_top, max(p_top, -f32(i)), p_logit == p_highest);
    q_top = select(q_top, max(q_top, -f32(i)), q_logit == q_highest);
  }
  let p_norm = p_highest + log(workgroup_sum(local, p_sum));
  let q_norm = q_highest + log(workgroup_sum(local, q_sum));
  p_top = -workgroup_max(local, p_top);
  q_top = -workgroup_max(local, q_top);

  var divergence = 0.0;
  for (var i = local; i < VOCAB; i += THREADS) {
    let p_log = p_logits[p_row + i] - p_norm;
    divergence += exp(p_log) * (p_log - (q_logits[q_row + i] - q_norm));
  }
  divergence = workgroup_sum(local, divergence);

  if (local == 0u) {
    let token = tokens[group.x];
    // Rounding may leave equal distributions a little below zero.
    results[group.x * 5u] = max(0.0, divergence);
    results[group.x * 5u + 1u] = p_logits[p_row + token] - p_norm;
    results[group.x * 5u + 2u] = q_logits[q_row + token] - q_norm;
    results[group.x * 5u + 3u] = p_top;
    results[group.x * 5u + 4u] = q_top;
  }
}
