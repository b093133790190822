import { rowBytes } from '../model/blocks';
import type { Checkpoint } from '../model/checkpoint';
import { columnsOf, mapSources } from '../model/roles';
import { type StoredTensor, valuesOf } from '../model/tensor';
import { blockTypeOf, type MatrixUse, type Rounding } from '../model/weight-types';

/** A tensor with what its rows become on the GPU: blocks of a type, or 'plain' values. */
interface PlacedTensor {
  tensor: StoredTensor;
  type: ReturnType<typeof blockTypeOf>;
  columns: number;
}

/**
 * Bytes that a model's weights take on the GPU, known from the headers of its files. Norms and biases stay
 * f32; rows are padded to whole vec4 or blocks.
 * @param precision of plain matrices
 */
export function weightBytes(
  checkpoint: Checkpoint,
  precision: 'f32' | 'f16',
  rounding: Rounding,
): number {
  return placedTensors(checkpoint, rounding).reduce((sum, { tensor, type, columns }) => {
    if (tensor.shape.length === 1) return sum + 4 * valuesOf(tensor);
    const stride = Math.ceil(columns / 4) * 4;
    const plain = stride * (precision === 'f16' ? 2 : 4);
    const rows = valuesOf(tensor) / columns;
    return sum + rows * (type ? rowBytes(type, stride) : plain);
  }, 0);
}

/** What the matrices consist of on the GPU, the most of it first: "Q4_K, Q6_K", or "f16". */
export function weightTypes(
  checkpoint: Checkpoint,
  precision: 'f32' | 'f16',
  rounding: Rounding,
): string {
  const values = new Map<string, number>();
  for (const { tensor, type } of placedTensors(checkpoint, rounding)) {
    if (tensor.shape.length === 1) continue;
    const name = type ?? precision;
    values.set(name, (values.get(name) ?? 0) + valuesOf(tensor));
  }
  return [...values]
    .sort(([, a], [, b]) => b - a)
    .map(([name]) => name)
    .join(', ');
}

function placedTensors({ roles, tensors }: Checkpoint, rounding: Rounding): PlacedTensor[] {
  const placed = new Map<string, PlacedTensor>();
  mapSources(roles, (source) => {
    const tensor = tensors.get(source.tensor);
    if (!tensor) return source;
    const use: MatrixUse =
      source === roles.embedding || source === roles.output ? 'table' : 'layer';
    // Positions are added, not multiplied, and stay plain.
    const type = source === roles.positions ? null : blockTypeOf(tensor.type, rounding, use);
    placed.set(source.tensor, { tensor, type, columns: columnsOf(source) });
    return source;
  });
  return [...placed.values()];
}
