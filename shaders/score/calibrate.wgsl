// Damps hidden sinks in the rows of this submission: keys whose column mean exceeds the threshold, all but the
// first such position of the text. What they lose goes to the row's other keys in proportion to their
// weights. With m the weight of the hidden sinks in a row, W their part of its output O, and β the strength:
//   O ← β W + (1 + (1 − β) m / (1 − m)) (O − W)
//
// qkv        f32[tokens, HEADS + 2 * KV_HEADS, HEAD_DIM]; queries are read
// keys       elem[pages, 16, HEAD_DIM], values likewise
// entries    Entry[pages, 16]
// attention  f32: outputs, changed, and log-sum-exp of the rows before that, see rows.wgsl
// columns    f32[LAYERS, HEADS, length, 2]: sum of weights, and rows that could give some
// A workgroup handles 16 rows of one head; 4 invocations share a row and divide the output's vec4s.
// Workgroups (ceil(tokens / 16), HEADS), HEAD_DIM at most 256.

override LANES: u32;

const ROWS: u32 = 16u;
// Weight outside the hidden sinks from which it can be told apart from rounding; rows with less stay.
const LEAST_ELSEWHERE: f32 = 1.0e-4;

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<uniform> calibration: Calibration;
@group(1) @binding(2) var<storage, read> qkv: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> keys: array<vec4<elem>>;
@group(1) @binding(4) var<storage, read> values: array<vec4<elem>>;
@group(1) @binding(5) var<storage, read> entries: array<Entry>;
@group(1) @binding(6) var<storage, read_write> attention: array<f32>;
@group(1) @binding(7) var<storage, read> columns: array<vec2<f32>>;

var<workgroup> first_sink: atomic<u32>;
// Rows in the pools of the hidden sinks among 64 slots, ALL for other slots, their score biases and positions.
var<workgroup> hidden_rows: array<u32, 64>;
var<workgroup> biases: array<f32, 64>;
var<workgroup> positions: array<u32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let head = group.y;
  if (!has_head(calibration.heads, head)) {
    return;
  }
  let kv_head = kv_head_of(head);
  let held = head_state(layer.index, kv_head);
  if (local == 0u) {
    atomicStore(&first_sink, ALL);
  }
  workgroupBarrier();
  for (var position = local; position < frame.position + frame.tokens; position += 64u) {
    if (is_sink(head, position)) {
      atomicMin(&first_sink, position);
      break;
    }
  }
  workgroupBarrier();
  let first = atomicLoad(&first_sink);

  let row = group.x * ROWS + local / 4u;
  let exists = row < frame.tokens;
  let query = held.slots + row;
  let last_query = held.slots + min(group.x * ROWS + ROWS, frame.tokens) - 1u;
  let query_base = (row * (HEADS + 2u * KV_HEADS) + head) * LANES;
  var mass = 0.0;
  var hidden: array<vec4<f32>, 16>;
  for (var start = 0u; start <= last_query; start += 64u) {
    workgroupBarrier();
    let own = start + local;
    hidden_rows[local] = ALL;
    if (own <= last_query) {
      let own_row = slot_row(layer.index, kv_head, own);
      let entry = entries[own_row];
      if (entry.position != first && is_sink(head, entry.position)) {
        hidden_rows[local] = own_row;
        biases[local] = entry.bias;
        positions[local] = entry.position;
      }
    }
    workgroupBarrier();
    for (var i = 0u; i < 64u; i++) {
      let key_row = hidden_rows[i];
      if (!exists || key_row == ALL || !sees(held, query, start + i)
        || !in_window(layer.window, frame.position + row, positions[i])) {
        continue;
      }
      var score = 0.0;
      for (var lane = 0u; lane < LANES; lane++) {
        score += dot(qkv[query_base + lane], vec4<f32>(keys[key_row * LANES + lane]));
      }
      let weight = exp(capped(score * frame.score_scale) + biases[i] - attention[lse_at(head, row)]);
      mass += weight;
      for (var lane = local % 4u; lane < LANES; lane += 4u) {
        hidden[lane / 4u] += weight * vec4<f32>(values[key_row * LANES + lane]);
      }
    }
  }
  let elsewhere = 1.0 - mass;
  if (!exists || elsewhere < LEAST_ELSEWHERE) {
    return;
  }
  let gain = 1.0 + (1.0 - calibration.strength) * mass / elsewhere;
  for (var lane = local % 4u; lane < LANES; lane += 4u) {
    for (var i = 0u; i < 4u; i++) {
      let at = row * OUT_STRIDE + (head * LANES + lane) * 4u + i;
      let part = hidden[lane / 4u][i];
      attention[at] = calibration.strength * part + gain * (attention[at] - part);
    }
  }
}

fn is_sink(head: u32, position: u32) -> bool {
  let column = columns[column_at(layer.index, head, position)];
  return column.x > calibration.threshold * column.y;
}
