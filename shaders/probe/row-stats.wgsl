// What rows of a layer's attention map look like, and what each key gets from them. Long ranges of rows are
// sampled evenly, keys never.
//
// found  f32: for every head and sample four statistics of its row, from word `stats` on [HEADS, samples, 4]:
//        its entropy over the logarithm of the keys seen (-1 where it saw one key only), its mean distance in
//        tokens, the same with distances cut at NEAR, and the position of its strongest key;
//        and from word `columns` on [parts, HEADS, tokens, 2] the sum of the weights that each key got and the
//        rows that saw it, added to what is there; 0: not wanted
// A workgroup walks a part of the rows of a head, from each row's newest key back; workgroups (parts, HEADS).

// Invocations that share a row, a multiple of 8.
override THREADS: u32 = 32u;

const NEAR: u32 = 10u;

struct Walk {
  layer: u32,
  // Rows [first, first + count) of the text, of which `samples` are looked at.
  first: u32,
  count: u32,
  samples: u32,
  // Samples [begin, end) are walked in this submission.
  begin: u32,
  end: u32,
  stats: u32,
  columns: u32,
  // Keys that there are columns for.
  tokens: u32,
}

@group(1) @binding(6) var<uniform> walk: Walk;
@group(1) @binding(7) var<storage, read_write> found: array<f32>;

var<workgroup> sums: array<vec4<f32>, THREADS>;
// Weight and position of the strongest key.
var<workgroup> tops: array<vec2<f32>, THREADS>;
var<workgroup> seen: array<u32, THREADS>;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let head = group.y;
  let columns = walk.columns + (group.x * HEADS + head) * walk.tokens * 2u;
  for (var sample = walk.begin + group.x; sample < walk.end; sample += groups.x) {
    // The last row of each part, so that the newest is always among the samples.
    let query = walk.first + border(walk.count, sample + 1u, walk.samples) - 1u;
    // Negative entropy, distance, near distance, keys.
    var sum = vec4<f32>(0.0);
    var top = vec2<f32>(-1.0, 0.0);
    var read = 0u;
    for (var block = 0u; block <= query; block += THREADS) {
      let distance = block + local;
      let key = query - min(distance, query);
      let kept = distance <= query && !evicted(walk.layer, head, query, key)
        && !left_out(walk.layer, head, query, key);
      let sees = kept && !outside(walk.layer, query, key);
      var weight = 0.0;
      if (REINDEXED && store.ranked == 1u) {
        let before = count_seen(local, kept);
        if (sees) {
          let row = (walk.layer * HEADS + head) * store.capacity + query;
          weight = exp(score_of(walk.layer, head, query, key, read + before.x) - lse[row]);
        }
        read += before.y;
      } else if (sees) {
        weight = weight_of(walk.layer, head, query, key);
      }
      if (sees) {
        let far = f32(distance);
        let information = select(0.0, weight * log(weight), weight > 0.0);
        sum += vec4<f32>(information, weight * far, weight * min(far, f32(NEAR)), 1.0);
        top = stronger(top, vec2<f32>(weight, f32(key)));
        if (walk.columns > 0u) {
          found[columns + key * 2u] += weight;
          found[columns + key * 2u + 1u] += 1.0;
        }
      }
    }
    sums[local] = sum;
    tops[local] = top;
    workgroupBarrier();
    if (local < 8u) {
      for (var i = local + 8u; i < THREADS; i += 8u) {
        sum += sums[i];
        top = stronger(top, tops[i]);
      }
      sums[local] = sum;
      tops[local] = top;
    }
    workgroupBarrier();
    if (local == 0u) {
      for (var i = 1u; i < 8u; i++) {
        sum += sums[i];
        top = stronger(top, tops[i]);
      }
      let at = walk.stats + (head * walk.samples + sample) * 4u;
      found[at] = select(-1.0, -sum.x / log(max(sum.w, 2.0)), sum.w > 1.0);
      found[at + 1u] = sum.y;
      found[at + 2u] = sum.z;
      found[at + 3u] = top.y;
    }
    workgroupBarrier();
  }
}

// How many keys were kept for the invocations before this one, and for all of them.
fn count_seen(local: u32, kept: bool) -> vec2<u32> {
  seen[local] = u32(kept);
  workgroupBarrier();
  var counts = vec2<u32>(0u);
  for (var i = 0u; i < THREADS; i++) {
    counts += vec2<u32>(select(0u, seen[i], i < local), seen[i]);
  }
  workgroupBarrier();
  return counts;
}

// Of equally strong keys the first in the text.
fn stronger(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  return select(a, b, b.x > a.x || (b.x == a.x && b.y < a.y));
}

// Where part `index` of `parts` begins in a range of `length`, without overflow for lengths below 2^24.
fn border(length: u32, index: u32, parts: u32) -> u32 {
  return length / parts * index + length % parts * index / parts;
}
