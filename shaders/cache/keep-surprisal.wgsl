// Makes the surprisal of each new token the score of its slot in every head, and where a round of ROUND tokens
// begins multiplies the scores held by DECAY. The text's first token, which nothing predicts, gets the largest
// surprisal of the first round.
//
// surprisals  f32[length of the text], by position: see surprisal.wgsl
// scores      f32[pages, 16]
// One invocation a slot; workgroups (ceil(slots / 64), LAYERS * KV_HEADS).

override ROUND: u32;
override DECAY: f32;

@group(1) @binding(0) var<storage, read> surprisals: array<f32>;
@group(1) @binding(1) var<storage, read_write> scores: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let slot = id.x;
  let layer = id.y / KV_HEADS;
  let kv_head = id.y % KV_HEADS;
  let before = slots_before(layer, kv_head);
  let slots = before + frame.tokens;
  if (slot >= slots) {
    return;
  }
  let row = slot_row(layer, kv_head, slot);
  if (slot == 0u && frame.position < ROUND) {
    var highest = 0.0;
    for (var other = 1u; other < slots; other++) {
      if (other < before) {
        highest = max(highest, scores[slot_row(layer, kv_head, other)]);
      } else {
        highest = max(highest, surprisals[frame.position + other - before]);
      }
    }
    scores[row] = highest;
  } else if (slot >= before) {
    scores[row] = surprisals[frame.position + slot - before];
  } else if (frame.position % ROUND == 0u) {
    scores[row] *= DECAY;
  }
}
