// Values that a selector (select.wgsl) treats apart.

// At least this: chosen whatever the others are.
const FORCED: f32 = 3.0e38;
// At most this: never chosen.
const EXCLUDED: f32 = -3.0e38;
// As the length of a row: what was chosen for it before stays.
const KEEP: u32 = 0xffffffffu;
