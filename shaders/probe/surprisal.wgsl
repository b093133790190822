// The surprisal -ln p(token | tokens before) of every token of the submission, over the vocabulary piece by
// piece with a running maximum and sum. The first token is judged by the logits that the submission before
// left, the others by the product of the row before theirs; with `carries` the last row's logits are left
// for the next.
//
// ids         u32[tokens]
// product     f32[tokens, STRIDE]: logits of the piece
// logits      f32[VOCAB]
// running     f32[MAX_CHUNK, 4]: maximum, sum of exponentials, logit of the token
// surprisals  f32[length of the text], by position; written when the last piece is done, and without meaning at
//             0, because nothing predicts the first token
// One workgroup of THREADS a token.

override STRIDE: u32;
override VOCAB: u32;

const LOWEST: f32 = -3.0e38;

struct Piece {
  // First token of the vocabulary in the piece, and how many there are.
  first: u32,
  count: u32,
  carries: u32,
}

@group(1) @binding(0) var<uniform> piece: Piece;
@group(1) @binding(1) var<storage, read> ids: array<u32>;
@group(1) @binding(2) var<storage, read> product: array<f32>;
@group(1) @binding(3) var<storage, read_write> logits: array<f32>;
@group(1) @binding(4) var<storage, read_write> running: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read_write> surprisals: array<f32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let token = group.x;
  var before = vec4<f32>(LOWEST, 0.0, 0.0, 0.0);
  if (piece.first > 0u) {
    before = running[token];
  }
  var highest = before.x;
  for (var i = local; i < piece.count; i += THREADS) {
    highest = max(highest, logit_of(token, i));
  }
  highest = workgroup_max(local, highest);
  var sum = 0.0;
  for (var i = local; i < piece.count; i += THREADS) {
    sum += exp(logit_of(token, i) - highest);
  }
  sum = workgroup_sum(local, sum) + before.y * exp(before.x - highest);

  let own = ids[token] - piece.first;
  let is_here = ids[token] >= piece.first && own < piece.count;
  // The invocation that reads the token's logit also overwrites it below.
  if (local == select(0u, own % THREADS, is_here)) {
    var logit = before.z;
    if (is_here) {
      logit = logit_of(token, own);
    }
    running[token] = vec4<f32>(highest, sum, logit, 0.0);
    if (piece.first + piece.count == VOCAB) {
      surprisals[frame.position + token] = highest + log(sum) - logit;
    }
  }
  if (token == 0u && piece.carries == 1u) {
    for (var i = local; i < piece.count; i += THREADS) {
      logits[piece.first + i] = product[(frame.tokens - 1u) * STRIDE + i];
    }
  }
}

fn logit_of(token: u32, index: u32) -> f32 {
  if (token == 0u) {
    return logits[piece.first + index];
  }
  return product[(token - 1u) * STRIDE + index];
}
