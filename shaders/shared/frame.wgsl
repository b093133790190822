// What every kernel of one submission shares: bind group 0.
//
// Frame          written once a submission by the run loop
// rope_table     cos and sin of position angles, see rope.wgsl
// page_table     [layers, kvHeads, page_table_stride]: the page that holds slots [16 i, 16 i + 16) of a head
// slot_counts    [layers, kvHeads]: slots that the head held before this submission

struct Frame {
  // Tokens in this submission: the chunk's length in prefill, 1 in decode.
  tokens: u32,
  // Position in the text of the first of them.
  position: u32,
  // Entries at the start of every head's cache that always stay visible.
  sinks: u32,
  // Newest entries that a query sees, its own included; 0xffffffff for all.
  recent: u32,
  page_table_stride: u32,
  // Where the log-sum-exp of the first row goes: `position` when rows are kept, 0 when they are not.
  lse_position: u32,
  // Scores are multiplied by this before the softmax: 1 / (sqrt(headDim) * temperature).
  score_scale: f32,
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read> rope_table: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> page_table: array<u32>;
@group(0) @binding(3) var<storage, read> slot_counts: array<u32>;

// What differs from layer to layer: one slice of a uniform buffer each.
struct Layer {
  index: u32,
  // Rows of log-sum-exp go to lse[lse_offset + head * lse_stride + frame.lse_position + row].
  lse_offset: u32,
  lse_stride: u32,
  padding: u32,
  // Bit h of the 256: the output of query head h is replaced by zero.
  masked_heads: array<vec4<u32>, 2>,
}
