import { isFloat } from './blocks';
import type { BlockType } from './quantise';
import type { TensorType } from './tensor';

/** Rounding of a model's matrices on load, in groups of 32 values; null: they stay what they are. */
export type Rounding = 'int8' | 'int4' | null;

/** Layers hold most of a model; its tables are read for every token and are worth more bits. */
export type MatrixUse = 'layer' | 'table';

/**
 * The blocks that a matrix has on the GPU; null for plain values. Blocks of the file stay what they are.
 */
export function blockTypeOf(
  stored: TensorType,
  rounding: Rounding,
  use: MatrixUse,
): TensorType | null {
  if (!isFloat(stored)) return stored;
  const rounded: Record<MatrixUse, BlockType> = { layer: 'Q4_0', table: 'Q8_0' };
  if (rounding === 'int8') return 'Q8_0';
  return rounding === 'int4' ? rounded[use] : null;
}
