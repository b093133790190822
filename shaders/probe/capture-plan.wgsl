// Keeps the plan of a chunk in one layer for the inspection store (records of weights.wgsl).
//
// plan     u32[plan_size]
// records  u32: plans [chunks, LAYERS, plan_size] from word `plans` on
// One invocation a word; workgroups ceil(plan_size / 64).

override LAYERS: u32;

struct PlanStore {
  plans: u32,
  plan_size: u32,
  plan_chunk: u32,
}

@group(1) @binding(0) var<uniform> layer: Layer;
@group(1) @binding(1) var<uniform> store: PlanStore;
@group(1) @binding(2) var<storage, read> plan: array<u32>;
@group(1) @binding(3) var<storage, read_write> records: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < store.plan_size) {
    let chunk = frame.position / store.plan_chunk;
    records[store.plans + (chunk * LAYERS + layer.index) * store.plan_size + id.x] = plan[id.x];
  }
}
