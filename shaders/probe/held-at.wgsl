// How many entries each KV head still held when a query came: the positions up to it that were not evicted
// by then. Needs frame, pages and reduce.
//
// evicted_at  u32[LAYERS, KV_HEADS, capacity]
// held        f32[LAYERS * KV_HEADS]; whole numbers below 2^24
// One workgroup a head; workgroups LAYERS * KV_HEADS.

struct Store {
  capacity: u32,
}

struct Moment {
  query: u32,
}

@group(1) @binding(0) var<uniform> store: Store;
@group(1) @binding(1) var<storage, read> evicted_at: array<u32>;
@group(1) @binding(2) var<uniform> moment: Moment;
@group(1) @binding(3) var<storage, read_write> held: array<f32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  var count = 0.0;
  for (var position = local; position <= moment.query; position += THREADS) {
    count += select(0.0, 1.0, evicted_at[group.x * store.capacity + position] > moment.query);
  }
  count = workgroup_sum(local, count);
  if (local == 0u) {
    held[group.x] = count;
  }
}
