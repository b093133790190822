// Which values of a row are chosen. Among equal values the one with the larger index wins. Needs forced.wgsl
// and reduce.wgsl.
//
// values  f32[rows, VALUE_STRIDE]
// sizes   u32[rows, 2]: how many values the row has, fewer than 2^24, and what MEASURE asks for:
//   COUNT      k: the k largest. Values of at least FORCED are chosen even if there are more than k.
//   MASS       bits of an f32 p: the fewest values, the largest first, whose sum reaches p times the sum of
//              all; all values if p >= 1. Values are at least 0; a value v below 0 is chosen first, with mass -v.
//   THRESHOLD  bits of an f32 p: the values above p
// A length of KEEP: what was chosen for the row before stays.
// Values of at most EXCLUDED are never chosen, and have no mass.
//
// The threshold is found bit by bit on the ordered integer form of the values: no sort. Sums are taken in a
// fixed order, so the same row always gives the same choice.

override MEASURE: u32;
override VALUE_STRIDE: u32;

const COUNT: u32 = 0u;
const MASS: u32 = 1u;
const THRESHOLD: u32 = 2u;

const EXCLUDED_RANK: u32 = 0u;
const FORCED_RANK: u32 = 0xffffffffu;

@group(1) @binding(0) var<storage, read> values: array<f32>;
@group(1) @binding(1) var<storage, read> sizes: array<vec2<u32>>;

var<workgroup> running: array<vec2<u32>, THREADS>;

struct Choice {
  // Values ranked above this are chosen.
  threshold: u32,
  // Of the values ranked at it, all but so many at the row's beginning.
  left_out: u32,
}

fn is_chosen(choice: Choice, rank: u32, ties_before: u32) -> bool {
  return rank > choice.threshold || (rank == choice.threshold && ties_before >= choice.left_out);
}

// All invocations of the workgroup must call, and all get the result.
fn choose(row: u32, local: u32) -> Choice {
  let length = sizes[row].x;
  let share = bitcast<f32>(sizes[row].y);
  if (MEASURE == THRESHOLD) {
    return Choice(ordered(share), length);
  }
  var wanted = f32(sizes[row].y);
  if (MEASURE == COUNT) {
    if (length <= sizes[row].y) {
      return Choice(EXCLUDED_RANK, length);
    }
  } else {
    // No sum reaches the constant, so that all are chosen.
    wanted = select(share * measured(row, local, EXCLUDED_RANK + 1u), 3.4e38, share >= 1.0);
  }

  // The highest threshold at which enough is chosen.
  var threshold = 0u;
  for (var bit = 31u; bit < 32u; bit--) {
    let trial = threshold | (1u << bit);
    if (measured(row, local, trial) >= wanted) {
      threshold = trial;
    }
  }
  // Forced values stay above it even if they are enough alone.
  threshold = min(threshold, FORCED_RANK - 1u);
  let above = measured(row, local, threshold + 1u);
  var ties = 0.0;
  for (var i = local; i < length; i += THREADS) {
    ties += select(0.0, 1.0, rank_of(row, i) == threshold);
  }
  ties = workgroup_sum(local, ties);

  var taken = wanted - above;
  if (MEASURE == MASS) {
    taken = fewest(above, bitcast<f32>(threshold & 0x7fffffffu), wanted);
  }
  let left_out = u32(ties - clamp(taken, 0.0, ties));
  return Choice(threshold, select(left_out, length, threshold == EXCLUDED_RANK));
}

// The smallest count of at least 1 at which above + count * value reaches `wanted`. A GPU's division may err
// by one, so it is found bit by bit too.
fn fewest(above: f32, value: f32, wanted: f32) -> f32 {
  var too_few = 0u;
  for (var bit = 23u; bit < 24u; bit--) {
    let trial = too_few | (1u << bit);
    if (above + f32(trial) * value < wanted) {
      too_few = trial;
    }
  }
  return f32(too_few + 1u);
}

// The number or mass of the row's values ranked at `lowest` or above.
fn measured(row: u32, local: u32, lowest: u32) -> f32 {
  var sum = 0.0;
  for (var i = local; i < sizes[row].x; i += THREADS) {
    if (rank_of(row, i) >= lowest) {
      sum += select(1.0, abs(values[row * VALUE_STRIDE + i]), MEASURE == MASS);
    }
  }
  return workgroup_sum(local, sum);
}

fn rank_of(row: u32, index: u32) -> u32 {
  let value = values[row * VALUE_STRIDE + index];
  if (value <= EXCLUDED) {
    return EXCLUDED_RANK;
  }
  if (select(value >= FORCED, value < 0.0, MEASURE == MASS)) {
    return FORCED_RANK;
  }
  return ordered(value);
}

// An integer that grows with the float; the same for both zeros.
fn ordered(value: f32) -> u32 {
  let bits = select(bitcast<u32>(value), 0u, value == 0.0);
  return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
}

// How many of the row's values [start, end) rank above the threshold, and how many at it.
fn count_ranks(row: u32, choice: Choice, start: u32, end: u32) -> vec2<u32> {
  var counts = vec2<u32>(0u);
  for (var i = start; i < end; i++) {
    let rank = rank_of(row, i);
    counts += vec2<u32>(u32(rank > choice.threshold), u32(rank == choice.threshold));
  }
  return counts;
}

// Sum of what the invocations before this one gave. All must call.
fn sum_before(local: u32, own: vec2<u32>) -> vec2<u32> {
  running[local] = own;
  workgroupBarrier();
  for (var reach = 1u; reach < THREADS; reach *= 2u) {
    var sum = running[local];
    if (local >= reach) {
      sum += running[local - reach];
    }
    workgroupBarrier();
    running[local] = sum;
    workgroupBarrier();
  }
  return running[local] - own;
}
