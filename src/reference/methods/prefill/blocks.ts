import { mean } from '../../vectors';
import { range } from '../decode/range';
import type { HeadMask } from './per-head';

/** Means of consecutive `size` vectors; the last averages what is left. */
export function meanBlocks(vectors: Float64Array[], size: number): Float64Array[] {
  return range(0, Math.ceil(vectors.length / size)).map((block) =>
    mean(vectors.slice(block * size, (block + 1) * size)),
  );
}

/** Sums of consecutive `size` values; the last adds what is left. */
export function sumBlocks(values: number[], size: number): number[] {
  return range(0, Math.ceil(values.length / size)).map((block) =>
    values.slice(block * size, (block + 1) * size).reduce((sum, value) => sum + value, 0),
  );
}

/** Computes whole blocks: chosen[query block of the chunk] lists key blocks, counted from position 0. */
export function blockMask(chosen: Iterable<number>[], size: number): HeadMask {
  const sets = chosen.map((keyBlocks) => new Set(keyBlocks));
  return (row, position) => sets[Math.floor(row / size)].has(Math.floor(position / size));
}
