/** What part of the history is shown, and in how many cells. */
export interface RasterView {
  /** Positions of rows, [from, to). */
  steps: [number, number];
  /** Positions of keys, [from, to). */
  keys: [number, number];
  /** At most one a step, and one a key. */
  columns: number;
  rows: number;
}

/** The state of each cell's keys at the last step of its column; arrays are [rows * columns]. */
export interface RasterCells {
  columns: number;
  rows: number;
  /** Keys of the cell that had come by then. */
  come: Uint32Array;
  /** Of these, entries that were still held. */
  held: Uint32Array;
  /** Mean age of the held ones, in tokens; 0 where none is. */
  age: Float32Array;
}

/**
 * Pools the life of every key to cells, in time that grows with keys plus cells: each key's life begins in one
 * column and ends in another, and sums along the columns do the rest.
 * @param evictedAt by position of the key: the first row that could no longer see it
 */
export function rasterCells(evictedAt: ArrayLike<number>, view: RasterView): RasterCells {
  const { columns, rows, steps, keys } = view;
  const [firstKey, endKey] = [keys[0], Math.min(keys[1], evictedAt.length)];
  const size = rows * columns;
  const come = new Uint32Array(size);
  const held = new Int32Array(size);
  const positions = new Float64Array(size);
  for (let key = firstKey; key < endKey; key++) {
    const row = partOf(key - firstKey, rows, keys[1] - firstKey) * columns;
    const birth = columnFrom(key, view);
    if (birth === columns) continue;
    come[row + birth]++;
    held[row + birth]++;
    positions[row + birth] += key;
    const death = columnFrom(evictedAt[key], view);
    if (death === columns) continue;
    held[row + death]--;
    positions[row + death] -= key;
  }
  const age = new Float32Array(size);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      if (column > 0) {
        come[at] += come[at - 1];
        held[at] += held[at - 1];
        positions[at] += positions[at - 1];
      }
      const step = lastOf(column, columns, steps);
      if (held[at] > 0) age[at] = step - positions[at] / held[at];
    }
  }
  return { columns, rows, come, held: Uint32Array.from(held), age };
}

/** Which of `parts` even parts of `length` holds an index. */
function partOf(index: number, parts: number, length: number): number {
  return Math.ceil(((index + 1) * parts) / length) - 1;
}

/** The last step that a column stands for. */
function lastOf(column: number, columns: number, [from, to]: [number, number]): number {
  return from + Math.floor(((column + 1) * (to - from)) / columns) - 1;
}

/** The first column whose last step is `step` or later; the number of columns where there is none. */
function columnFrom(step: number, { steps: [from, to], columns }: RasterView): number {
  if (step >= to) return columns;
  return step <= from ? 0 : partOf(step - from, columns, to - from);
}
