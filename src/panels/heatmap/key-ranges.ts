import { type CellKind, kindOf } from './tile-cells';

/** Neighbouring keys that a query gave no weight, for the same reason. */
export interface KeyRange {
  kind: 'left-out' | 'evicted';
  /** [from, to) in positions of the text. */
  keys: [number, number];
}

/** The keys of a row that were left out or evicted, as ranges in the order of the text. */
export function rangesWithoutWeight(row: Float32Array): KeyRange[] {
  const ranges: KeyRange[] = [];
  for (const [key, value] of row.entries()) {
    const kind = kindOf(value);
    if (kind !== 'left-out' && kind !== 'evicted') continue;
    const last = ranges.at(-1);
    if (last?.kind === kind && last.keys[1] === key) last.keys[1] = key + 1;
    else ranges.push({ kind, keys: [key, key + 1] });
  }
  return ranges;
}

/** How many keys of a row are of each kind. */
export function countKinds(row: Float32Array): Record<CellKind, number> {
  const counts = { computed: 0, 'left-out': 0, evicted: 0, future: 0 };
  for (const value of row) counts[kindOf(value)]++;
  return counts;
}
