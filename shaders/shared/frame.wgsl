// What every kernel of one submission shares: bind group 0.
//
// Frame          written once a submission by the run loop
// rope_table     cos and sin of position angles, see rope.wgsl
// cache_table    first HeadState of every layer and KV head, then the page table, see pages.wgsl

struct Frame {
  // Tokens in this submission: the chunk's length in prefill, 1 in decode, 0 where only the cache is worked on.
  tokens: u32,
  // Position in the text of the first of them.
  position: u32,
  // Where the page table begins in cache_table, and how many pages one head's row can name.
  page_table: u32,
  page_table_stride: u32,
  // Scores are multiplied by this before the softmax: the model's scale, 1 / sqrt(headDim) in most, over the
  // temperature.
  score_scale: f32,
  // The model's cap of scores over the temperature, see capped.
  score_cap: f32,
  // Steering: in steered heads, keys of the text at [steer_from, steer_to) get this added to their scores.
  steer_bias: f32,
  steer_from: u32,
  steer_to: u32,
  // Words of a bit row of a plan over all keys, and over all blocks of 16 keys, see plan.wgsl.
  plan_words: u32,
  plan_block_words: u32,
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read> rope_table: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> cache_table: array<u32>;

// What differs from layer to layer: one slice of a uniform buffer each.
struct Layer {
  index: u32,
  // Queries are multiplied by max(scale_least, scale_per_log * ln(position + 1)); 0 and 1: unchanged.
  scale_per_log: f32,
  scale_least: f32,
  // Where the layer's angles begin in rope_table, see rope.wgsl.
  angles_at: u32,
  // Bit h of the 256: the output of query head h is replaced by zero.
  masked_heads: array<vec4<u32>, 2>,
  // Bit h of the 256: scores of query head h are steered.
  steered_heads: array<vec4<u32>, 2>,
  // Positions of the text that a query sees, its own included; ALL ones: no bound.
  window: u32,
}

// Scores s become cap * tanh(s / cap), as in Gemma 2.
override CAPPED: bool = false;
// Some layers of the model have a window.
override WINDOWED: bool = false;

fn capped(score: f32) -> f32 {
  if (!CAPPED) {
    return score;
  }
  // Beyond ±10 the result is ±1, and some drivers' tanh overflows.
  return frame.score_cap * tanh(clamp(score / frame.score_cap, -10.0, 10.0));
}

fn all_capped(scores: vec4<f32>) -> vec4<f32> {
  if (!CAPPED) {
    return scores;
  }
  return vec4<f32>(capped(scores.x), capped(scores.y), capped(scores.z), capped(scores.w));
}

// Whether the model lets a query see a key, by their positions in the text, whatever a strategy keeps.
fn in_window(window: u32, query: u32, key: u32) -> bool {
  return !WINDOWED || query - key < window;
}

fn has_head(heads: array<vec4<u32>, 2>, head: u32) -> bool {
  var words = heads;
  return ((words[head / 128u][head / 32u % 4u] >> (head % 32u)) & 1u) == 1u;
}
